# shellcheck shell=bash disable=SC2034,SC2154
# The machine that the emulator is told to be: one that is saved, and one that goes on from there, must be the same but for the files
# behind its devices. To be sourced after lib.sh.

emulator=qemu-system-x86_64
need "$emulator" setpriv setsid mkswap

# machine: the emulator's $options. What differs is in variables: $boot (a directory of build-image), $cpus, $memory (MB), $append,
# $disks and $shares (NAME=FILE, in the order in which the machine has them), $throwaway (on: what is written to disks is).
# Its console is in $scratch; its output comes on descriptor 3; a line to the pipe $scratch/go lets one go on that waits.
machine() {
  local number=0 entry
  # No KVM even where its device opens: nested or software-only, it can hang before the first line of the guest's kernel.
  # Without "erms" the guest's kernel and C library copy memory by words and not by bytes, each of which costs the emulator the same.
  options=(-M q35 -accel "tcg,thread=multi,tb-size=1024" -cpu "max,la57=off,erms=off" -smp "$cpus" -m "$memory"
    -nodefaults -no-user-config -display none -no-reboot -kernel "$boot/vmlinuz" -initrd "$boot/initrd")
  # Before all other devices of virtio, for then its ports are vport0p1 and 2. Appending, since nobody can empty a pipe.
  options+=(-add-fd "fd=3,set=1" -chardev "file,id=output,path=/dev/fdset/1,append=on")
  device virtio-serial-pci
  options+=(-device "virtserialport,chardev=output,name=output" -serial "file:$scratch/console")
  [[ -p $scratch/go.in ]] || mkfifo "$scratch/go.in" "$scratch/go.out"
  options+=(-chardev "pipe,id=go,path=$scratch/go" -device "virtserialport,chardev=go,name=go")
  options+=(-object "rng-random,id=random,filename=/dev/urandom")
  device virtio-rng-pci,rng=random
  for entry in "${disks[@]}"; do
    options+=(-drive "file=$(escaped "${entry#*=}"),format=raw,if=none,id=${entry%%=*},snapshot=$throwaway,cache=unsafe,aio=threads")
    device "virtio-blk-pci,drive=${entry%%=*},serial=${entry%%=*}"
  done
  for entry in "${shares[@]}"; do
    options+=(-fsdev "local,id=${entry%%=*},path=$(escaped "${entry#*=}"),security_model=none,multidevs=remap")
    case $entry in control=* | out=*) ;; *) options[-1]+=,readonly=on ;; esac
    device "virtio-9p-pci,fsdev=${entry%%=*},mount_tag=${entry%%=*}"
  done
  # Addresses that are the same in every process spare the emulator most of its translating; 112 is the flag by which a kernel copies
  # memory by repeated instructions, which are slow here.
  local kernel="console=ttyS0 quiet panic=-1 systemd.unit=snug-vm.target systemd.show_status=0 systemd.log_target=kmsg mitigations=off
    nokaslr norandmaps tsc=reliable no_timer_check random.trust_cpu=on clearcpuid=112"
  options+=(-append "$(tr -s ' \n' ' ' <<<"$kernel $append")")
}
# device KIND,OPTION…: on an address that is chosen here, so that one machine is as another.
device() { options+=(-device "$1,addr=$((++number + 1)).0"); }
escaped() { printf %s "${1//,/,,}"; }

# start_machine [OPTION…]: as $machine. The two that setpriv starts end with the one above them, this script at the top, even if that is killed.
start_machine() {
  setpriv --pdeathsig KILL timeout -k 3 "$timeout" setpriv --pdeathsig KILL "$emulator" "${options[@]}" "$@" <&0 >"$scratch/emulator" 2>&1 &
  machine=$!
}
runs() { kill -0 "$machine" 2>/dev/null; }
# await_machine: its end; the emulator's $status. end_machine: asks it to end first.
await_machine() {
  [[ ${machine:-} ]] || return 0
  status=0
  wait "$machine" || status=$?
  machine=
}
end_machine() {
  [[ ! ${machine:-} ]] || kill "$machine" 2>/dev/null || true
  await_machine
}

# empty_disk FILE MB; swap_disk FILE MB
empty_disk() { truncate -s "$2M" "$1"; }
swap_disk() {
  empty_disk "$@"
  mkswap "$1" >/dev/null 2>&1
}
