#!/usr/bin/env bats
# Limits in a cgroup that root has handed over, and no systemd to ask.
# shellcheck disable=SC2154 # of bats and of the helper
load helper

given=/sys/fs/cgroup/given
setup_file() {
  echo "+memory +pids +cpu +hugetlb" >/sys/fs/cgroup/cgroup.subtree_control
  mkdir /sys/fs/cgroup/given /sys/fs/cgroup/given/beside
  chown dev /sys/fs/cgroup/given{,/cgroup.procs,/cgroup.subtree_control,/beside/cgroup.procs}
}
teardown_file() { rmdir /sys/fs/cgroup/given/beside /sys/fs/cgroup/given; }

# in_group GROUP SCRIPT: by dev, alone in the group.
in_group() {
  # shellcheck disable=SC2016 # of the inner shell
  sh -c 'echo $$ >"$1"/cgroup.procs; exec setpriv --reuid dev --regid dev --init-groups env -i HOME=/tmp XDG_DATA_HOME=/tmp/data \
    PATH="$3:/usr/bin:/bin" sh -c "$2"' sh "$1" "$2" "$SNUG_VM_KIT"
}
ours() { find $given -mindepth 1 -maxdepth 1 -name 'snug-*' | wc -l; }

@test "the limits are in force, and nothing is left" {
  run in_group $given 'exec snug run -m 64M --cpus 0.5 host cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/cpu.max /proc/self/cgroup'
  [[ $output == $'67108864\n50000 100000\n0::/' ]]
  [[ $(ours) == 0 && -z $(cat $given/cgroup.subtree_control) ]]
}

@test "a container in the background beside another run, and what a killed snug leaves" {
  in_group $given 'exec snug run -q -d --name box -m 64M --pids-limit 50 host sleep 300' 3>&-
  [[ $(ours) == 2 ]] # its group, and the supervisor's
  [[ $(in_group $given/beside 'exec snug run -m 32M host cat /sys/fs/cgroup/memory.max') == 33554432 ]]
  [[ $(cat $given/snug-payload*/memory.max) == 67108864 ]]
  kill -9 "$(in_group $given/beside 'exec snug inspect box' | jq '.[0].state.supervisor_pid')"
  until [[ -z $(cat $given/snug-*/cgroup.procs) ]]; do sleep 0.1; done
  in_group $given/beside 'exec snug run -m 32M host true'
  [[ $(ours) == 0 && -z $(cat $given/cgroup.subtree_control) ]]
}

@test "limits that somebody else has set beside are left in force, with their controllers" {
  in_group $given 'exec snug run -q -d --name kept -m 64M host sleep 300' 3>&-
  echo 200M >$given/beside/memory.max
  in_group $given/beside 'exec snug rm -f kept'
  [[ $(cat $given/beside/memory.max) == 209715200 && $(cat $given/cgroup.subtree_control) == memory ]]
  echo max >$given/beside/memory.max
  in_group $given/beside 'exec snug run -m 32M host true'
  [[ $(ours) == 0 && -z $(cat $given/cgroup.subtree_control) ]]
}

@test "huge pages" {
  setting vm.nr_hugepages 16
  echo '[limits]
hugetlb = ["2MB=4M"]' >/tmp/huge.toml
  cat >/var/tmp/huge.py <<'PYTHON'
import mmap, sys
size = int(sys.argv[1]) << 20
memory = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x40000)  # MAP_HUGETLB
for at in range(0, size, 2 << 20):
    memory[at] = 1
print("had", size)
PYTHON
  run in_group $given 'exec snug run --profile /tmp/huge.toml -v /var/tmp/huge.py:/huge.py:ro host sh -c "
    cat /sys/fs/cgroup/hugetlb.2MB.max; python3 /huge.py 4; python3 /huge.py 8"'
  # What is beyond the limit is a SIGBUS: hugetlbpage.rst.
  [[ $status == 135 && $output == 4194304$'\nhad 4194304'* && $output != *8388608* ]] || { echo "$status $output" && false; }
}
