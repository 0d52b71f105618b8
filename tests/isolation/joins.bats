#!/usr/bin/env bats
# Commands that join a container, as the payload that is there before them sees it. Until it has executed, such a command is
# a process of snug's, with the memory and the descriptors of init.
load ../e2e/helper

prepare() {
  mkdir -p root/bin
  static_program root/bin/watch "$BATS_TEST_DIRNAME/joins/watch.c"
}
eval "$(declare -f teardown | sed '1s/teardown/common_teardown/')"
teardown() {
  if ((EUID != 0)); then "$SNUG" rm -f box >/dev/null 2>&1 || true; fi
  common_teardown
}
up() { [[ $("$SNUG" logs box 2>/dev/null) == up* ]]; }

# Lets commands join, whose clients are $clients, until one of them stands there, stopped: an early one may be through before.
joins_until_held() {
  until held; do
    snug exec -e JOINED=1 box /bin/watch noop &
    clients+=($!)
    eventually held_or_ended "$!"
  done
}
held() { (($("$SNUG" top box | wc -l) > 3)); } # the header, init and the payload
held_or_ended() { held || has_ended "$1"; }

# watched OPTION…: what the payload says after a hundred commands have joined.
watched() {
  snug run -d --name box -e "MARK=$mark" "$@" ./root /bin/watch >/dev/null
  eventually up
  local i
  for ((i = 0; i < 100; ++i)); do snug exec -e JOINED=1 box /bin/watch noop; done
  snug stop box >/dev/null
  snug logs box
  snug rm box >/dev/null
}

@test "the payload gets hold of nothing of a command that joins" {
  local options refused=0
  # One that came too late for all of them would have shown nothing: on a busy machine again, until it has come in time.
  while ((refused < 20)); do
    for options in "" "--seccomp off" "--seccomp off --cap-add ALL" "--seccomp off --cap-add ALL --fake-root off"; do
      # shellcheck disable=SC2086 # words
      run --separate-stderr watched $options
      echo "# ${options:-default}: ${lines[-1]}" >&3
      [[ $output =~ "hits 0 refused "([0-9]+) ]] || fail_with "no hit with $options"
      ((refused += BASH_REMATCH[1]))
    done
  done
}

@test "a payload that stops whatever joins holds up neither stop nor rm" {
  succeeds run -d --name box -e "MARK=$mark" ./root /bin/watch stop
  eventually up
  local clients=() i
  for i in 1 2 3; do
    snug exec -e JOINED=1 box /bin/watch noop &
    clients+=($!)
  done
  joins_until_held
  prints box stop -t 1 box
  for i in "${!clients[@]}"; do
    local got=0
    wait "${clients[i]}" || got=$?
    # Before it was stopped one may have been through.
    [[ $got == 0 || $got == 125 || $got == 137 ]] || { echo "client $i: $got" >&2 && return 1; }
  done
  succeeds start box
  eventually up
  clients=()
  joins_until_held
  prints box rm -f box
  for i in "${!clients[@]}"; do wait "${clients[i]}" || true; done
}
