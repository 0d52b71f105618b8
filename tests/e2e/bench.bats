#!/usr/bin/env bats
# The benches measure what they say: the floor does the same work as snug, and the runner runs.
load helper

prepare() {
  need gcc python3
  gcc -O2 -static -o floor "$BATS_TEST_DIRNAME/../bench/floor.c"
}

mount_points() { "$@" cat /proc/self/mountinfo | cut -d' ' -f5 | LC_ALL=C sort; }

@test "the floor makes the same mounts as snug, in the host image" {
  diff <(mount_points ./floor host) <(mount_points "$SNUG" run host)
}

@test "the floor makes the same mounts as snug, in an image directory" {
  diff <(mount_points ./floor image "$(image)") <(mount_points "$SNUG" run "$(image)")
}

@test "the floor confines what it runs as snug does" {
  local fields='^(NoNewPrivs|Seccomp|CapInh|CapAmb):'
  diff <(./floor host grep -E "$fields" /proc/self/status) <("$SNUG" run host grep -E "$fields" /proc/self/status)
}

@test "the runner measures and prints ratios" {
  run "$BATS_TEST_DIRNAME/../bench/run" launch --rounds 3 --snug "$SNUG" --json figures
  [[ $status == 0 ]] || { echo "$output" >&2 && return 1; }
  [[ $output == *"snug image"*"to the floor"* || $output == *"to the floor"*"snug image"* ]]
  jq -e '.launch.wall["snug host"] | length == 3' figures
}

@test "the runner sends bytes through a published port and through the gate" {
  local bench="$BATS_TEST_DIRNAME/../bench/run"
  run timeout 280 "$bench" network --rounds 2 --seconds 0.02 --connections 20 --snug "$SNUG" --json figures
  [[ $status == 0 ]] || { echo "$output" >&2 && return 1; }
  [[ $output == *"round trip of a byte"*"gate over none, ms"* ]]
  local what
  for what in throughput latency rate; do
    jq -e --arg what "$what" '.network[$what] | [."plain loopback", ."snug -p", ."snug gate"] | all(length == 2 and min > 0)' figures
  done
  jq -e '.network.start.gate | length == 2' figures
}
