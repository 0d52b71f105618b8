#!/usr/bin/env bats
# Limits of the controllers that systemd does not delegate unasked: with a drop-in that names cpu, cpuset and io, and on two
# processors.
load helper
load limits_helper

# Shares of the machine's time depend on who else wants it. What the kernel counts in the group does not: a period in which
# the group was held back is one in which it has used its quota up, and in no period can it use more.
@test "processor time is bounded as --cpus says" {
  # So little that any machine has as much to spare.
  succeeds run -d --name less --cpus 0.05 "$(image)" sh -c 'while :; do :; done'
  succeeds run -d --name more --cpus 0.15 "$(image)" sh -c 'while :; do :; done & while :; do :; done'
  local name quota group periods throttled usage
  for name in less:5000 more:15000; do
    quota=${name#*:} name=${name%:*}
    group=/sys/fs/cgroup$(group_of "$name")
    [[ $(<"$group/cpu.max") == "$quota 100000" ]]
    eventually held_back "$group"
    usage=$(counted "$group" usage_usec) throttled=$(counted "$group" nr_throttled) periods=$(counted "$group" nr_periods)
    echo "$name: $usage us, held back in $throttled of $periods periods"
    # Read one after the other, and a processor may keep a part of the quota for the next period.
    ((usage > throttled * quota / 2 && usage < (periods + 5) * quota * 5 / 4))
    # As much is told by stats.
    (($("$SNUG" stats --no-stream --json "$name" | jq .cpu_us) >= usage))
  done
}
counted() { awk -v key="$2" '$1 == key { print $2 }' "$1/cpu.stat"; }
held_back() { (($(counted "$1" nr_throttled) >= 30)); }

@test "processors and disks by name, where they are delegated" {
  succeeds run --cpuset-cpus 1 "$(image)" sh -c 'cat /sys/fs/cgroup/cpuset.cpus; nproc'
  [[ $output == "1"$'\n'"1" ]]
  exits 125 run --cpuset-cpus 4000 "$(image)" true
  succeeds run --device-write-bps /dev/vda:1mb "$(image)" cat /sys/fs/cgroup/io.max
  [[ $output == *"wbps=1048576"* ]]
  exits 125 run --device-write-bps /dev/none:1mb "$(image)" true
}
