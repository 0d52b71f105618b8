#!/usr/bin/env bats
# Limits of the controllers that systemd does not delegate unasked: with a drop-in that names cpu, cpuset and io, and on two
# processors.
load helper
load limits_helper

@test "processor time is shared as --cpus says" {
  succeeds run -d --name half --cpus 0.5 "$(image)" sh -c 'while :; do :; done'
  succeeds run -d --name most --cpus 1.5 "$(image)" sh -c 'while :; do :; done & while :; do :; done'
  succeeds exec half cat /sys/fs/cgroup/cpu.max
  [[ $output == "50000 100000" ]]
  local half most
  usage() { "$SNUG" stats --no-stream --json "$1" | jq .cpu_us; }
  half=$(usage half) most=$(usage most)
  sleep 20
  half=$(($(usage half) - half)) most=$(($(usage most) - most))
  echo "half $half most $most"
  # 1 to 3, and as much off as an emulated machine needs.
  ((most * 10 > half * 20 && most * 10 < half * 40))
}

@test "processors and disks by name, where they are delegated" {
  succeeds run --cpuset-cpus 1 "$(image)" sh -c 'cat /sys/fs/cgroup/cpuset.cpus; nproc'
  [[ $output == "1"$'\n'"1" ]]
  exits 125 run --cpuset-cpus 4000 "$(image)" true
  succeeds run --device-write-bps /dev/vda:1mb "$(image)" cat /sys/fs/cgroup/io.max
  [[ $output == *"wbps=1048576"* ]]
  exits 125 run --device-write-bps /dev/none:1mb "$(image)" true
}
