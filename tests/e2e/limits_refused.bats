#!/usr/bin/env bats
# Limits where nobody delegates cgroups: a refusal with the cause, or a note where limits are not required.
load helper

# undelegated ARGUMENT…: snug where the hierarchy of cgroups cannot be seen.
undelegated() {
  # shellcheck disable=SC2016 # of the inner shell
  run --separate-stderr unshare --user --map-root-user --mount sh -c \
    'mount -t tmpfs none /sys/fs/cgroup && exec timeout 200 "$SNUG" "$@"' sh "$@"
}

@test "a limit that cannot be enforced stops the run, and says why and what helps" {
  local flag
  for flag in --memory=64M --cpus=1 --pids-limit=10 --cpuset-cpus=0 --blkio-weight=100 --cpu-shares=512; do
    undelegated run "$flag" host true
    [[ $status == 125 && $stderr == *"cannot be enforced: "* && $stderr == *hint* ]] || fail_with "a refusal of $flag"
    (($(wc -l <<<"$stderr") <= 3))
  done
}

@test "run and the doctor name the same cause, where it is the kernel's hierarchies" {
  local cause
  cause=$("$SNUG" doctor --json | jq -r '.checks[] | select(.check == "limits") | .cause') || true
  run --separate-stderr "$SNUG" run --memory 64M host true
  [[ $cause == *hybrid* ]] && hybrid=1 || hybrid=0
  [[ $stderr == *hybrid* ]] && said=1 || said=0
  ((hybrid == said)) || fail_with "the doctor's cause: $cause"
}

@test "where limits are not required the run goes on, and says what it goes without" {
  mkdir -p "$XDG_CONFIG_HOME/snug/profiles"
  printf '[limits]\nmemory = "64M"\npids = 10\nrequired = false\n' >"$XDG_CONFIG_HOME/snug/profiles/soft.toml"
  undelegated run --profile soft host true
  [[ $status == 0 && $stderr == *"without these limits: memory, pids: "* ]]
  undelegated explain --profile soft host true
  [[ $status == 0 ]]
}

@test "rlimits and the timeout need no cgroup" {
  undelegated run --ulimit nofile=64 --timeout 200s host sh -c 'ulimit -n'
  [[ $status == 0 && $output == 64 ]]
  undelegated run --timeout 100ms host sleep 1000
  [[ $status == 124 ]]
}

@test "bad values are refused before anything is done" {
  local bad
  for bad in -m=0 -m=x --memory-swap=64M --cpus=0 --cpus=x --pids-limit=0 --cpuset-cpus=3-1 --cpuset-cpus=a --cpu-shares=1 \
    --blkio-weight=5 --device-read-bps=/dev/null --device-read-bps=/dev/null:0 --ulimit=nofile --ulimit=nofile=2:1 --ulimit=files=1; do
    exits 125 run "$bad" host true
    [[ $stderr == snug:* ]] || fail_with "a sentence for $bad"
  done
  exits 125 run -m 64M --memory-swap 32M host true
}
