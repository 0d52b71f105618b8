#!/usr/bin/env bats
# What the payload has and has not, asked from inside: once with the host as the image, once with a directory.
load helper

# in_both WANTED COMMAND…: prints exactly that in each kind of image.
in_both() {
  prints "$1" run host "${@:2}"
  prints "$1" run "$(image)" "${@:2}"
}
# refused CODE…: a perl expression that must fail, with the number of the error on standard output.
errno_of() { snug run "${from:-host}" perl -e "\$! = 0; my \$r = $1; print \$r == -1 ? \$!+0 : 'allowed'"; }

# The sets in the order of /proc/self/status, all but the inheritable and ambient ones holding `bits`.
status_with() {
  printf 'CapInh:\t%016x\nCapPrm:\t%016x\nCapEff:\t%016x\nCapBnd:\t%016x\nCapAmb:\t%016x\nNoNewPrivs:\t1\nSeccomp:\t2' \
    0 "$1" "$1" "$1" 0
}

@test "no new privileges, no capability, a filter" {
  prints "$(status_with 0)" run host grep -E '^(Cap|NoNewPrivs:|Seccomp:)' /proc/self/status
  prints "$(status_with 0)" run -u 1000 "$(image)" grep -E '^(Cap|NoNewPrivs:|Seccomp:)' /proc/self/status
  prints "$(status_with 0)" run --fake-root off "$(image)" grep -E '^(Cap|NoNewPrivs:|Seccomp:)' /proc/self/status
}

@test "a fake root keeps CAP_DAC_OVERRIDE, nothing else, and the plan says so" {
  prints "$(status_with 2)" run "$(image)" grep -E '^(Cap|NoNewPrivs:|Seccomp:)' /proc/self/status
  succeeds explain "$(image)" true
  [[ ${output,,} == *dac_override* ]]
  prints "$(status_with 0)" run --cap-drop ALL "$(image)" grep -E '^(Cap|NoNewPrivs:|Seccomp:)' /proc/self/status
}

@test "a kept capability is kept, and it alone" {
  prints $'CapEff:\t0000000000000400' run --fake-root off --cap-add NET_BIND_SERVICE "$(image)" grep CapEff /proc/self/status
  prints $'CapEff:\t0000000000000001' run -u 1000 --cap-add CHOWN "$(image)" grep CapEff /proc/self/status
}

@test "every namespace is the sandbox's own" {
  local ns
  succeeds run host sh -c 'for n in user mnt pid ipc uts cgroup net; do readlink /proc/self/ns/$n; done'
  for ns in user mnt pid ipc uts cgroup net; do
    absent "$(readlink "/proc/self/ns/$ns" | sed 's/[][]/\\&/g')" <<<"$output"
  done
}

@test "only the standard descriptors are inherited" {
  exec 5<"$BATS_TEST_FILENAME" 6</ 9>other
  succeeds run host ls /proc/self/fd
  [[ $(sort -n <<<"$output" | tr '\n' ' ') == "0 1 2 3 " ]]
  exec 5<&- 6<&- 9>&-
}

@test "no core dumps, whatever the caller's limit" {
  run bash -c "ulimit -c unlimited; '$SNUG' run host sh -c 'ulimit -c; ulimit -Hc'"
  [[ $output == $'0\n0' ]]
}

@test "the device directory has these and nothing else" {
  in_both "fd full mqueue null ptmx pts random shm stderr stdin stdout tty urandom zero" sh -c 'echo $(ls /dev)' ||
    in_both "fd full null ptmx pts random shm stderr stdin stdout tty urandom zero" sh -c 'echo $(ls /dev)'
}

@test "devices work, and new ones cannot be made to work" {
  in_both "0 4" sh -c 'echo x >/dev/null; head -c 4 /dev/urandom >/tmp/r; echo $(wc -c </dev/null) $(wc -c </tmp/r)'
  run snug run "$(image)" sh -c 'mknod /tmp/disk b 8 0 && dd if=/tmp/disk of=/dev/null bs=1 count=1'
  ((status != 0))
}

@test "what tells of the host is masked" {
  local path
  for path in kcore keys key-users kmsg kallsyms timer_list sysrq-trigger sched_debug acpi scsi; do
    [[ -e /proc/$path ]] || continue
    run snug run host sh -c "cat /proc/$path 2>/dev/null | head -c 100; ls -A /proc/$path 2>/dev/null | grep -v /proc"
    [[ -z $output ]] || { echo "$path shows: $output" >&2 && return 1; }
  done
}

@test "the kernel's settings cannot be written" {
  run snug run -u root host sh -c 'for f in $(find /proc/sys /proc/irq /proc/bus /proc/fs /proc/sysrq-trigger -type f 2>/dev/null); do
      ( : >>"$f" ) 2>/dev/null && [ "$f" != /proc/sysrq-trigger ] && echo "$f"; done; :'
  [[ -z $output ]] || { echo "writable: $output" >&2 && return 1; }
  run snug run -u root host sh -c 'echo h >/proc/sysrq-trigger; find /sys -type f -writable 2>/dev/null | while read -r f; do ( : >>"$f" ) 2>/dev/null && echo "$f"; done; :'
  [[ $output != */sys/* ]]
}

@test "only the sandbox's processes are seen" {
  succeeds run host sh -c 'ls -d /proc/[0-9]*'
  (($(wc -l <<<"$output") <= 3))
  run snug run host kill -0 "$PPID"
  ((status != 0))
}

@test "init gives nothing away: memory, descriptors, environment, program" {
  local file
  for file in mem environ exe maps auxv; do
    run snug run -u root host sh -c "cat /proc/1/$file >/dev/null"
    ((status != 0)) || { echo "$file can be read" >&2 && return 1; }
  done
  run snug run -u root host sh -c 'ls /proc/1/fd/ /proc/1/cwd/ /proc/1/root/'
  ((status != 0))
  run snug run -u root host sh -c 'for e in /proc/[0-9]*/exe; do ( exec 3<>"$e" ) 2>&1; ( : >>"$e" ) 2>&1; done' 
  [[ $output != *"Text file busy"* ]]
}

@test "snug's own binary, owned by the caller, cannot be written from inside" {
  cp "$SNUG" mine
  local before=$(sha256sum mine)
  SNUG=$PWD/mine
  run "$SNUG" run -u root host sh -c 'for i in 1 2 3; do for e in /proc/[0-9]*/exe; do ( echo >"$e" ) ; done; done'
  [[ $(sha256sum mine) == "$before" && $output != *"Text file busy"*snug* ]]
}

@test "namespaces, mounts and tracing are refused" {
  run snug run -u root host unshare -Ur true
  ((status != 0))
  run snug run -u root host unshare -m true
  ((status != 0))
  run snug run -u root host mount -t tmpfs t /tmp
  ((status != 0))
  run snug run -u root host umount /proc
  ((status != 0))
  run snug run -u root host chroot / true
  ((status != 0))
  run snug run host nsenter -t 1 -a true
  ((status != 0))
}

@test "user namespaces inside open only where the profile says so" {
  printf 'image = "host"\n[security]\nnested-userns = true\n' >p.toml
  succeeds run --profile ./p.toml -- unshare -Ur true
}

@test "system calls that no sandboxed program needs" {
  [[ $(uname -m) == x86_64 ]] || lacks "the numbers of this machine's system calls"
  local call name number wanted got
  for from in host "$(image)"; do
    # name, number, the errno numbers that are a refusal: 1 EPERM, 38 ENOSYS, 97 EAFNOSUPPORT
    while read -r name number wanted; do
      got=$(errno_of "syscall($number, 0, 0, 0, 0, 0)")
      [[ " $wanted " == *" $got "* ]] || { echo "$name: $got" >&2 && return 1; }
    done <<'END'
io_uring_setup 425 38
clone3 435 38
bpf 321 1 38
userfaultfd 323 1 38
perf_event_open 298 1 38
keyctl 250 1 38
add_key 248 1 38
request_key 249 1 38
mount 165 1
umount2 166 1
pivot_root 155 1
fsopen 430 1 38
open_tree 428 1 38
move_mount 429 1 38
mount_setattr 442 1 38
setns 308 1
kexec_load 246 1
init_module 175 1
finit_module 313 1
delete_module 176 1
reboot 169 1
swapon 167 1
acct 163 1
settimeofday 164 1
open_by_handle_at 304 1
ptrace_traceme 101 1 38 0 3
unknown 1000 38
END
  done
}

@test "unshare and clone of namespaces by number" {
  [[ $(uname -m) == x86_64 ]] || lacks "the numbers of this machine's system calls"
  local flag
  for flag in 0x10000000 0x00020000 0x20000000 0x40000000 0x08000000 0x04000000 0x02000000 0x00000080; do
    [[ $(errno_of "syscall(272, $flag)") == 1 || $(errno_of "syscall(272, $flag)") == 28 ]] || { echo "unshare $flag" >&2 && return 1; }
  done
}

@test "the foreign system call table is closed" {
  [[ $(uname -m) == x86_64 ]] || lacks "an x86-64 with a table for 32-bit programs"
  [[ $(errno_of 'syscall(0x40000000 + 39)') == 38 ]]
}

@test "sockets: the usual families only" {
  local family
  for family in 38 40 17 16; do
    # AF_ALG, AF_VSOCK, AF_PACKET; AF_NETLINK only for route and only with a network
    [[ $family == 16 ]] && continue
    run snug run host perl -MSocket -e "socket(my \$s, $family, SOCK_DGRAM, 0) ? print 'open' : print \$!+0"
    [[ $output != open ]] || { echo "family $family opens" >&2 && return 1; }
  done
  prints open run host perl -MSocket -e 'print socket(my $s, AF_UNIX, SOCK_STREAM, 0) ? "open" : $!'
}

@test "no keys of the caller's session" {
  need keyctl
  run keyctl session - bash -c "keyctl add user $mark secret @s >/dev/null && '$SNUG' run host sh -c 'cat /proc/keys; keyctl show; keyctl search @s user $mark'"
  [[ $output != *"$mark"*secret* ]]
  absent "user.*$mark" <<<"$output"
}

@test "no bytes can be pushed into the caller's terminal" {
  need script
  run script -qec "'$SNUG' run host perl -e 'my \$c = \"x\"; print ioctl(STDIN, 0x5412, \$c) ? \"pushed\" : \"no:\", \$!+0'" /dev/null
  [[ $output != *pushed* ]]
  run script -qec "'$SNUG' run -it host perl -e 'my \$c = \"x\"; print ioctl(STDIN, 0x5412, \$c) ? \"pushed\" : \"no:\", \$!+0'" /dev/null
  [[ $output != *pushed* ]]
}

@test "the caller's home, runtime directory and temporary files are not there" {
  echo private >"$HOME/private"
  local other
  other=$(mktemp /tmp/snug-test.XXXXXX)
  touch "$XDG_RUNTIME_DIR/socket"
  run snug run host sh -c "ls -A '$HOME' '$XDG_RUNTIME_DIR' /tmp /var/tmp /run/user /media /mnt /srv 2>/dev/null"
  rm -f "$other"
  [[ $output != *private* && $output != *"${other##*/}"* && $output != *socket* ]]
}

@test "the host image shows the host's programs and not its secrets" {
  run snug run -u root host sh -c 'cat /etc/shadow /etc/gshadow /etc/sudoers /etc/machine-id; ls /etc/ssh/ /root /var/lib /var/log /boot'
  ((status != 0))
  run snug run host sh -c 'ls /etc/shadow /etc/ssh /etc/machine-id /etc/fstab /boot 2>/dev/null'
  [[ -z $output ]]
  run snug run host touch /usr/bin/new
  ((status != 0))
}

@test "mounts made inside do not show outside, and the root is not shared" {
  succeeds run host cat /proc/self/mountinfo
  absent ' shared:' <<<"$output"
  absent ' master:' <<<"$output"
}

@test "the setuid bit cannot be set in a directory of the host's" {
  mkdir v && cp /bin/true v/f
  snug run -v "$PWD/v:/v" "$(image)" chmod 4755 /v/f || true
  snug run -v "$PWD/v:/v" "$(image)" chmod 2755 /v/f || true
  [[ ! -u v/f && ! -g v/f ]]
}

@test "the cgroup of the host is not named" {
  succeeds run host cat /proc/self/cgroup
  absent ':/.+' <<<"$output"
}

@test "interprocess objects of the host are not seen" {
  need ipcmk ipcs ipcrm
  local id
  id=$(ipcmk -M 100 | grep -oE '[0-9]+$')
  run snug run host ipcs -m
  ipcrm -m "$id"
  absent "^0x.* $id " <<<"$output"
}

@test "setuid programs gain nothing" {
  succeeds run host sh -c 'cat /proc/self/mountinfo | grep -v nosuid | cut -d" " -f5 | grep -E "^/usr$|^/opt$" || :'
  [[ -z $output ]]
}

@test "nothing is stacked on or behind the root: /.. is the root, and the host is not reached through it" {
  local -a kinds=("host" "$(image)" "--writable disk $(image)")
  [[ ! -w /dev/fuse ]] || kinds+=("--overlay fuse $(image)")
  local kind
  for kind in "${kinds[@]}"; do
    # shellcheck disable=SC2086 # options and image are words of their own
    run snug run $kind sh -ec '[ "$(stat -c %d:%i /..)" = "$(stat -c %d:%i /)" ]
      [ "$(ls -A /..)" = "$(ls -A /)" ]
      [ "$(cut -d" " -f5 /proc/self/mountinfo | grep -cx /)" = 1 ]'
    [[ $status == 0 ]] || { echo "$kind: $output" >&2 && return 1; }
  done
}

@test "what snug was called with is not shown inside" {
  succeeds run -v "$PWD:/v" -e TOKEN=hunter2 host sh -c 'tr "\0" "\n" </proc/1/cmdline; cat /proc/[0-9]*/comm'
  absent "hunter2|$PWD|-v" <<<"$output"
}
