#!/usr/bin/env bats
# kill -9 at those who look after a container: supervisor, init, both. The payload goes with them, the list is right at
# once, the name works again, and whoever was connected is told.
load helper

prepare() {
  need jq
  containers=$XDG_DATA_HOME/snug/containers
}
teardown() {
  ((EUID != 0)) || return 0
  local dir left failed=0
  for dir in "$containers"/*/; do
    if [[ -d $dir ]]; then snug rm -f "$(basename "$dir")" >/dev/null; fi
  done
  gone "${mark:-}" || failed=1
  mounts_are_as_before || failed=1
  left=$(find "$containers" "$XDG_RUNTIME_DIR" -mindepth 1 ! -path "$XDG_RUNTIME_DIR/snug" 2>/dev/null || true)
  [[ -z $left ]] || { echo "left: $left" >&2 && failed=1; }
  return "$failed"
}

# A payload with processes of its own, one of them in another session; all are found by the mark.
keeps_running='setsid bash -c "exec -a $0 sleep 1000" & (exec -a "$0" sleep 1000) & echo up; exec -a "$0" sleep 1000'
start_one() {
  local name=$1
  shift
  snug run -d --name "$name" "$@" "$(image)" bash -c "$keeps_running" "$mark" >/dev/null
  eventually three_run
}
three_run() { (($(pgrep -fc -- "^$mark") == 3)); }

# The processes that a victim stands for, as the kernel knows them: their names in a file are not believed here either.
supervisor_of() {
  local pid
  pid=$(snug inspect "$1" | jq -e '.. | .supervisor_pid? // empty' | head -n 1)
  [[ $(tr '\0' ' ' <"/proc/$pid/cmdline") == "snug: $1 "* ]] && echo "$pid"
}
init_of() { pgrep -P "$(supervisor_of "$1")" | head -n 1; }
kill_victim() {
  local pids
  case $1 in
    supervisor) pids=$(supervisor_of "$2") ;;
    init) pids=$(init_of "$2") ;;
    both) pids="$(supervisor_of "$2") $(init_of "$2")" ;;
  esac
  [[ $pids ]]
  # shellcheck disable=SC2086 # several
  kill -9 $pids
}

listed() { snug ps -a --json | jq -r --arg name "$1" '.[] | select(.name == $name) | "\(.status) \(.exit_code)"'; }

for_each_victim() {
  local victim
  for victim in supervisor init both; do
    echo "with $victim killed:"
    "$1" "$victim"
  done
}

ends_and_starts_again() {
  start_one box
  kill_victim "$1" box
  # At once: who was killed may still be on its way out, and then it runs; nothing else is ever said.
  [[ $(listed box) =~ ^(running\ null|exited\ 137)$ ]]
  eventually over box
  gone "$mark"
  prints "" check
  exits 125 exec box true
  snug start box
  eventually three_run
  [[ $(listed box) == "running null" ]]
  snug rm -f box
  gone "$mark"
}
over() { [[ $(listed "$1") == "exited 137" ]]; }

@test "the payload is gone, the list is right and the same name starts again" {
  for_each_victim ends_and_starts_again
}

tells_those_connected() {
  local exec attach log wait
  start_one box
  snug exec box bash -c 'exec -a "$0" sleep 1000' "$mark-entered" &
  exec=$!
  snug exec -i box bash -c 'while read -r line; do echo "$line"; done' "$mark-reading" < <(exec -a "$mark-feeds" sleep 1000) &
  log=$!
  snug attach --no-stdin box &
  attach=$!
  snug wait box >waited &
  wait=$!
  eventually pgrep -f -- "^$mark-entered" >/dev/null
  eventually connected 4
  kill_victim "$1" box
  ended_badly "$exec"
  ended_badly "$log"
  ended_badly "$attach"
  wait "$wait"
  [[ $(<waited) == 137 ]]
  pkill -f -- "^$mark-feeds" || true
  gone "$mark"
  eventually over box
  snug start box
  eventually three_run
  [[ $(snug exec box echo again) == again ]]
  snug rm -f box
  gone "$mark"
}
# connected COUNT: so many clients have their connection to the supervisor, of which the kernel tells by the socket's path.
connected() { (($(awk -v dir="$XDG_RUNTIME_DIR/" 'index($8, dir) == 1 && $6 == "03"' /proc/net/unix | wc -l) == $1)); }
# A client ends with an error or as by SIGKILL, and does not hang (bats' own limit says so).
ended_badly() {
  local status=0
  wait "$1" || status=$?
  [[ $status == 125 || $status == 137 ]] || { echo "status $status" >&2 && return 1; }
}

@test "entered commands, attached clients and those who wait are told" {
  for_each_victim tells_those_connected
}

@test "killed again and again, while it starts, the name stays usable" {
  # A name that no other suite has: its processes are found by it.
  local i pid name=again-$BASHPID-$RANDOM
  for ((i = 0; i < 15; ++i)); do
    snug run -d --name "$name" "$(image)" bash -c "$keeps_running" "$mark" >/dev/null 2>&1 &
    pid=$!
    sleep "$(printf '0.%03d' $((i * 3)))"
    # The supervisor, or the command that makes one: then the container may still come.
    pkill -9 -u "$(id -u)" -f -- "^snug: $name " || pkill -9 -P "$pid" || true
    wait "$pid" || true
    eventually removed "$name"
    gone "$mark"
  done
  start_one "$name"
  prints "" check
}
# Nothing is left of it, and nothing can come any more: a killed command can leave a supervisor that has not yet made the container, so that an
# empty list is only believed once no process has the name in its words, as that supervisor has from its first moment on.
removed() {
  snug rm -f "$1" >/dev/null 2>&1 || true
  ! pgrep -u "$(id -u)" -f -- "$1" >/dev/null && [[ $(snug ps -a --json) == "[]" ]]
}

@test "--restart always: a killed init is a failure and the payload comes again; a killed supervisor is the end" {
  start_one box --restart always
  kill_victim init box
  eventually restarted
  eventually three_run
  kill_victim supervisor box
  eventually over box
  gone "$mark"
  prints "" check
}
restarted() { [[ $(snug ps --json | jq '.[0].restarts') == 1 && $(listed box) == "running null" ]]; }

@test "a container that is removed at its end is removed by its name after its supervisor was killed" {
  start_one box --rm
  kill_victim supervisor box
  eventually over box
  gone "$mark"
  snug rm box
  [[ ! -e $containers/box ]]
}

@test "a container whose file lock was deleted is stopped, started and removed as any other, and never beneath its supervisor" {
  start_one box
  rm "$containers/box/lock"
  [[ $(listed box) == running* ]]
  refuses "is running already" start box
  refuses "is running" rm box
  # One in its place is not the one that is held.
  touch "$containers/box/lock"
  refuses "was replaced while it runs" start box
  refuses "was replaced while it runs" rm box
  refuses "was replaced while it runs" rm -f box
  three_run
  rm "$containers/box/lock"
  succeeds exec box true
  succeeds stop -t 0 box
  gone "$mark"
  succeeds start box
  eventually three_run
  [[ -f $containers/box/lock ]]
  rm "$containers/box/lock"
  succeeds rm -f box
  gone "$mark"
  [[ ! -e $containers/box ]]
  snug run --name box host true
  rm "$containers/box/lock"
  exits 1 check
  [[ $output$stderr == *"container box: the file lock is missing"* ]]
  succeeds rm box
  [[ ! -e $containers/box ]]
}
