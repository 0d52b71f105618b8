#!/usr/bin/env bats
# Limits by cgroups: where a user has some delegated, which is to say in a systemd session of a machine of tests/vm.
load helper

load limits_helper

@test "what needs more memory than the limit is killed, and the limit is named" {
  # shellcheck disable=SC2016 # perl's own
  run --separate-stderr snug run -m 64M --memory-swap 64M "$(image)" perl -e '$x = "a" x (200 << 20); sleep 60'
  [[ $status == 137 ]]
  [[ $stderr == *"out of memory (limit 64 MiB)"* ]]
  # Everything in it goes, as one: a shell that would go on does not.
  # shellcheck disable=SC2016
  run --separate-stderr snug run -m 64M --memory-swap 64M "$(image)" sh -c 'perl -e "\$x = q(a) x (200 << 20)"; echo went on'
  [[ $status == 137 && $output != *"went on"* ]]
}

@test "a kept container tells it too" {
  # shellcheck disable=SC2016
  succeeds run -d --name box -m 64M --memory-swap 64M "$(image)" perl -e 'sleep 1; $x = "a" x (200 << 20)'
  succeeds wait box
  [[ $output == 137 ]]
  succeeds inspect box
  [[ $(jq -r '.[0].state.error' <<<"$output") == "out of memory (limit 64 MiB)" ]]
}

@test "inside, the limits can be read and not be changed" {
  succeeds run -m 64M --memory-reservation 32M --pids-limit 50 "$(image)" sh -c '
    cd /sys/fs/cgroup && cat /proc/self/cgroup memory.max memory.low memory.oom.group pids.max
    if echo max >memory.max; then echo changed; fi 2>/dev/null
    if mkdir child 2>/dev/null; then echo made; fi'
  [[ $output == "0::/"$'\n'"67108864"$'\n'"33554432"$'\n'"1"$'\n'"50" ]]
  # The swap that docker gives: as much again.
  succeeds run -m 64M "$(image)" sh -c 'cat /sys/fs/cgroup/memory.swap.max 2>/dev/null || echo 67108864'
  [[ $output == 67108864 ]]
}

@test "a bomb of processes stays under its limit, and the machine goes on" {
  # shellcheck disable=SC2016
  run --separate-stderr snug run --timeout 20s --pids-limit 30 "$(image)" sh -c '
    bomb() { bomb | bomb & }
    (bomb) 2>/dev/null
    sleep 3; cat /sys/fs/cgroup/pids.max; [ "$(cat /sys/fs/cgroup/pids.current)" -le 30 ] && echo bounded'
  echo "$output $stderr $status"
  [[ $status == 0 || $status == 124 || $status == 2 ]]
  [[ $status != 0 || $output == *30*bounded* ]]
  succeeds run --pids-limit 30 "$(image)" true
}

@test "a limit whose controller is not delegated is refused with what brings it, or left out where that was said" {
  [[ " $(cat "/sys/fs/cgroup/user.slice/user-$(id -u).slice/user@$(id -u).service/cgroup.controllers") " != *" io "* ]] || lacks "a controller that is not delegated"
  exits 125 run --blkio-weight 100 "$(image)" true
  [[ $stderr == *"limits.io-weight cannot be enforced: the io controller is not delegated to you"*Delegate=* ]]
  mkdir -p "$XDG_CONFIG_HOME/snug/profiles"
  printf '[limits]\nio-weight = 100\npids = 40\nrequired = false\n' >"$XDG_CONFIG_HOME/snug/profiles/soft.toml"
  succeeds run --profile soft "$(image)" cat /sys/fs/cgroup/pids.max
  [[ $output == 40 && $stderr == *"without these limits: io-weight"* ]]
}

@test "scopes and groups are gone after the end, and after kill -9 of the supervisor" {
  succeeds run -d --name box -m 64M "$(image)" sleep 300
  local group
  group=/sys/fs/cgroup$(group_of box)
  [[ -d $group && $(<"$group/memory.max") == 67108864 ]]
  kill -9 "$("$SNUG" inspect box | jq '.[0].state.supervisor_pid')"
  gone_group() { [[ ! -d $group ]]; }
  eventually gone_group
  eventually nothing_is_left
  succeeds start box
  succeeds exec box cat /sys/fs/cgroup/memory.max
  [[ $output == 67108864 ]]
  succeeds stop -t 0 box
}

@test "what joins by exec is under the same limits" {
  succeeds run -d --name box -m 64M --memory-swap 64M --pids-limit 50 "$(image)" sleep 300
  succeeds exec box sh -c 'cat /proc/self/cgroup /sys/fs/cgroup/pids.max'
  [[ $output == "0::/"$'\n'"50" ]]
  # shellcheck disable=SC2016
  run --separate-stderr snug exec box perl -e '$x = "a" x (200 << 20)'
  [[ $status == 137 ]]
}

@test "update changes what runs, and every later start" {
  succeeds run -d --name box -m 64M --pids-limit 50 "$(image)" sleep 300
  succeeds update -m 96M --pids-limit 60 box
  succeeds exec box sh -c 'cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/pids.max'
  [[ $output == "100663296"$'\n'"60" ]]
  succeeds inspect box
  [[ $(jq '.[0].limits.memory' <<<"$output") == 100663296 ]]
  succeeds restart -t 0 box
  succeeds exec box sh -c 'cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/pids.max'
  [[ $output == "100663296"$'\n'"60" ]]
  exits 125 update box
  exits 125 update -m nonsense box
  exits 125 update -m 64M nobody
  # All or none: a controller that its group has not.
  exits 125 update --pids-limit 70 --cpus 0.5 box
  succeeds exec box cat /sys/fs/cgroup/pids.max
  [[ $output == 60 ]]
}

@test "stats tells memory, processor, processes and their limits" {
  succeeds run -d --name box -m 64M --pids-limit 50 "$(image)" sleep 300
  succeeds run -d --name free "$(image)" sleep 300
  succeeds stats --no-stream --json
  [[ $(jq -r 'select(.name == "box") | [.source, .memory_limit, .pids_limit, .pids] | @csv' <<<"$output") == '"cgroup",67108864,50,2' ]]
  [[ $(jq -r 'select(.name == "free") | [.source, .memory_limit, .pids] | @csv' <<<"$output") == '"processes",,2' ]]
  succeeds stats --no-stream box
  [[ $output == *NAME*MEMORY*box*"64 MiB"* ]]
  exits 125 stats --no-stream nobody
}

@test "without a session's variables, and with those of another user, systemd is found all the same" {
  run env -i HOME="$HOME" PATH="$PATH" "$SNUG" run -q -m 64M host cat /sys/fs/cgroup/memory.max
  [[ $status == 0 && $output == 67108864 ]]
  run env XDG_RUNTIME_DIR=/run/user/0 DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/0/bus "$SNUG" run -q -m 64M host cat \
    /sys/fs/cgroup/memory.max
  [[ $status == 0 && $output == 67108864 ]]
}

@test "in a scope of the user's own, the manager is asked for another: its tree is not divided behind its back" {
  local group
  user_systemd systemd-run --user --quiet --scope --unit "given-$$" -p Delegate=yes "$SNUG" run -q -d --name box -m 64M \
    host sleep 300
  group=$(group_of box)
  [[ $group == */snug-box-*.scope/payload ]]
  succeeds exec box cat /sys/fs/cgroup/memory.max
  [[ $output == 67108864 ]]
  succeeds rm -f box
}

@test "explain names the group and its limits" {
  succeeds explain -m 64M --pids-limit 50 "$(image)" true
  [[ $output == *"memory.max = 67108864"*"pids.max = 50"* ]]
}

@test "rlimits hold" {
  succeeds run --ulimit nofile=64:128 --ulimit nproc=100 --ulimit fsize=1024 "$(image)" sh -c 'ulimit -n; ulimit -Hn; ulimit -f'
  [[ $output == "64"$'\n'"128"$'\n'"2" ]]
  exits 125 run --ulimit nofiles=64 "$(image)" true
  exits 125 run --ulimit nofile=128:64 "$(image)" true
}
