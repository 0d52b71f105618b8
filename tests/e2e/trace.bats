#!/usr/bin/env bats
# SNUG_TRACE: what the supervisor and init do, a line of JSON for each step.
load helper

prepare() { need jq; }

# traced FILE ARGUMENT…: the trace is in FILE.
traced() {
  local file=$1
  shift
  SNUG_TRACE=$PWD/$file snug "$@"
}
steps() { jq -r .step "$1"; }
# Those of the plan that somebody carries out by themselves: the environment goes with the command, and no standard descriptor
# of a test is a terminal.
planned() { snug explain --json "$@" | jq -r '.steps[] | select(.kind != "set-environment" and .kind != "open-terminal")'; }

@test "each step of the plan is there, in the plan's order, by who does it" {
  planned host true >plan
  traced trace run host true
  diff <(jq -r '"\(.actor) \(.phase) \(.text)"' plan) <(jq -r '"\(.who) \(.phase) \(.step)"' trace)
  [[ $(jq -r .errno trace | sort -u) == "" ]]
  # The times of one process do not go backwards, and a step of init's names a system call.
  jq -es 'map(select(.who == "init").time) | . == sort and .[0] >= 0' trace
  jq -es 'map(select(.who == "init" and .call == "")) == []' trace
  [[ $(stat -c %a trace) == 600 ]]
}

@test "with a range of ids, a network, ports and a limit of time too" {
  need_range
  local options=(--network full -p 127.0.0.1:0:80 --timeout 1m --writable disk --ids range "$(image)" true)
  planned "${options[@]}" | jq -r .text | sort >plan
  traced trace run -q "${options[@]}"
  diff plan <(steps trace | sort)
}

@test "a step that fails has its errno and its call, and is the last" {
  mkdir there
  exits 125 run -v ./there:/etc/passwd/x host true
  status=0
  traced trace run -v ./there:/etc/passwd/x host true 2>error || status=$?
  [[ $status == 125 ]]
  [[ $(tail -n 1 trace | jq -r '"\(.who) \(.errno) \(.step)"') == "init ENOTDIR mount "*there* ]]
  [[ $(tail -n 1 trace | jq -r .call) =~ ^(openat|openat2|mkdirat|open_tree|move_mount)$ ]]
  traced trace run host /no/such/program 2>error || status=$?
  [[ $status == 127 ]]
  [[ $(tail -n 1 trace | jq -r '"\(.who) \(.call) \(.errno)"') == "payload execve ENOENT" ]]
}

@test "1 is standard error, 0 and nothing are no trace, a file is appended to, and anything else is refused" {
  SNUG_TRACE=1 run --separate-stderr "$SNUG" run host echo hello
  [[ $status == 0 && $output == hello ]]
  jq -es 'length > 20' <<<"$stderr"
  for none in 0 ''; do
    SNUG_TRACE=$none run --separate-stderr "$SNUG" run host echo hello
    [[ $status == 0 && $output == hello && $stderr == '' ]]
  done
  traced trace run host true
  local once
  once=$(wc -l <trace)
  traced trace run host true
  (($(wc -l <trace) == 2 * once))
  for bad in yes trace ./trace 2; do
    SNUG_TRACE=$bad run --separate-stderr "$SNUG" run host echo hello
    [[ $status == 125 && $output == '' && $stderr == *"SNUG_TRACE=$bad is no place for a trace"*"SNUG_TRACE=1"* ]]
  done
  SNUG_TRACE=$PWD/no/such/trace run --separate-stderr "$SNUG" run host echo hello
  [[ $status == 125 && $stderr == *"open the trace "*"No such file"* ]]
}

@test "nothing of it reaches the payload" {
  for to in 1 "$PWD/trace"; do
    SNUG_TRACE=$to run --separate-stderr "$SNUG" run host bash -c 'ls /proc/self/fd /proc/1/fd 2>/dev/null; env'
    [[ $status == 0 && $output != *SNUG_TRACE* ]]
    [[ $(head -n 5 <<<"$output" | tr '\n' ' ') == "/proc/self/fd: 0 1 2 3 " ]]
  done
}

@test "a container's supervisor goes on with a file, and lets go of the caller's standard error" {
  traced trace run -d --name box host bash -c 'exec -a "$0" sleep 1000' "$mark" >/dev/null
  grep -q '"step":"execute ' trace
  : >trace
  snug restart -t 0 box >/dev/null
  snug rm -f box
  SNUG_TRACE=1 snug run -d --name box host bash -c 'exec -a "$0" sleep 1000' "$mark" >/dev/null 2>err
  local pid
  pid=$(snug inspect box | jq -e '.[0].state.supervisor_pid')
  local fd
  for fd in "/proc/$pid/fd/"*; do [[ $(readlink "$fd") != "$PWD/err" ]]; done
  snug rm -f box
}
