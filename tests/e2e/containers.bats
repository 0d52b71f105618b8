#!/usr/bin/env bats
# Containers that last: named, in the background, stopped, started again, kept and removed.
load helper

eval "$(declare -f teardown | sed '1s/teardown/common_teardown/')"
teardown() {
  local failed=0
  if ((EUID != 0)); then
    local name
    for name in $("$SNUG" ps -a -q 2>/dev/null); do "$SNUG" rm -f "$name" >/dev/null; done
    store_is_empty || failed=1
  fi
  common_teardown && ((failed == 0))
}
# Whatever was removed has left nothing: no container, no leftover, no socket.
store_is_empty() {
  local left
  left=$(find "$XDG_DATA_HOME/snug/containers" "$XDG_RUNTIME_DIR/snug" -mindepth 1 2>/dev/null || true)
  [[ -z $left ]] || { echo "left behind: $left" >&2 && return 1; }
}
# sorted WORD…: the lines that snug prints, in an order that does not depend on ages.
sorted() { "$SNUG" "$@" | sort; }
# field NAME JQ: a fact of a container.
field() { "$SNUG" inspect "$1" | jq -r ".[0]$2"; }
status_is() { [[ $(field "$1" .state.status) == "$2" ]]; }
sleeper() { succeeds run -d --name "$1" host sh -c ": $mark; sleep 300"; }

@test "run -d prints the name and leaves the command running" {
  sleeper web
  [[ $output == web ]]
  status_is web running
  succeeds ps -q
  [[ $output == web ]]
  succeeds top web
  [[ $output == *sleep* ]]
}

@test "run -d answers the error of a command that cannot be executed, and keeps nothing" {
  exits 127 run -d --name web host no-such-command
  succeeds ps -a -q
  [[ -z $output ]]
  exits 126 run -d --name web host /etc/passwd
  exits 125 run -d --name web -v /nowhere:/x host true
  store_is_empty
}

@test "output that comes before init could tell of the start is not lost" {
  need strace
  # Each message of init's takes a while: the payload has written, and has ended, before any is sent.
  run --separate-stderr strace -f -qq -o /dev/null -e trace=sendmsg -e inject=sendmsg:delay_enter=50000 \
    "$SNUG" run -q --name box host echo early
  [[ $status == 0 && $output == early ]]
  succeeds logs box
  [[ $output == early ]]
}

@test "a container without a name is throwaway" {
  succeeds run -d host sh -c ": $mark; sleep 0.3"
  local name=$output
  [[ -n $name ]]
  eventually store_is_empty
}

@test "its writable layer is kept from one start to the next" {
  succeeds run --name box "$(image)" sh -c 'echo kept >>/root/file; rm -f /etc/issue'
  succeeds run --name other "$(image)" test -e /etc/issue
  succeeds start -a box
  succeeds diff box
  [[ $output == *"A /root/file"* && $output == *"D /etc/issue"* ]]
  succeeds cp box:/root/file -
  [[ $output == *kept*kept* ]]
  [[ -e $(image)/etc/issue && ! -e $(image)/root/file ]]
}

@test "the exit status is kept, and told by run, wait, ps and inspect" {
  exits 7 run --name box host sh -c 'exit 7'
  succeeds wait box
  [[ $output == 7 ]]
  succeeds ps -a
  [[ $output == *"Exited (7)"* ]]
  [[ $(field box .state.exit_code) == 7 ]]
}

@test "stop asks first, and ends what does not listen" {
  succeeds run -d --name kind host sh -c "trap 'exit 9' TERM; echo up; : $mark; while :; do sleep 0.05; done"
  eventually logged kind up
  succeeds stop -t 200 kind
  [[ $(field kind .state.exit_code) == 9 ]]
  succeeds run -d --name deaf host sh -c "trap '' TERM; echo up; : $mark; while :; do sleep 0.05; done"
  eventually logged deaf up
  succeeds stop -t 1 deaf
  [[ $(field deaf .state.exit_code) == 137 ]]
  succeeds stop deaf
}

@test "the stop signal is the container's" {
  succeeds run -d --name box --stop-signal USR1 host sh -c "trap 'exit 11' USR1; echo up; : $mark; while :; do sleep 0.05; done"
  eventually logged box up
  succeeds stop -t 200 box
  [[ $(field box .state.exit_code) == 11 ]]
}

@test "kill sends any signal, restart starts anew" {
  succeeds run -d --name box host sh -c "trap 'echo usr' USR1; : $mark; echo up; while :; do sleep 0.05; done"
  eventually logged box up
  succeeds kill -s USR1 box
  eventually logged box usr
  succeeds restart -t 0 box
  eventually logged_twice box up
  succeeds kill box
  eventually status_is box exited
}
logged() { "$SNUG" logs "$1" | grep -q "$2"; }
logged_twice() { [[ $("$SNUG" logs "$1" | grep -c "$2") == 2 ]]; }

@test "names: in use, changed, strange" {
  sleeper web
  refuses "in use" run --name web host true
  refuses running start web
  refuses running rm web
  succeeds rename web api
  status_is api running
  succeeds exec api true
  succeeds stop api
  succeeds start api
  refuses web start web
  refuses "did you mean api" start apii
  local name
  for name in a/b .. .hidden '' $'a\eb' "$(printf 'x%.0s' {1..300})"; do refuses "" run --name "$name" host true; done
  succeeds run --name ended host true
  refuses "not running" exec ended true
}

@test "rm -f ends and removes; prune removes what is stopped" {
  sleeper web
  succeeds run --name old host true
  refuses "" prune </dev/null
  succeeds prune -f
  [[ $output == old ]]
  succeeds rm -f web
  [[ $output == web ]]
  gone "$mark"
}

@test "an attached run has the command's streams and status, and they are in the log" {
  run --separate-stderr snug run --name box -i host sh -c 'cat; echo err >&2; exit 3' <<<"some input"
  [[ $status == 3 && $output == "some input" && $stderr == err ]]
  run --separate-stderr snug logs box
  [[ $output == "some input" && $stderr == err ]]
}

@test "not a byte of a large output is lost, to a slow reader either" {
  local sum
  sum=$(snug run --rm --name big host sh -c 'head -c 9000000 /dev/zero | tr "\0" x' | (sleep 0.5; wc -c))
  [[ $sum == 9000000 ]]
}

@test "restart policies: on-failure so many times, always until stopped" {
  succeeds run -d --name failing --restart on-failure:2 host sh -c 'echo run; exit 5'
  eventually restarted failing 2
  eventually status_is failing exited
  [[ $("$SNUG" logs failing | grep -c run) == 3 ]]
  succeeds run -d --name always --restart always host sh -c "echo run; sleep 0.1; : $mark"
  eventually logged_twice always run
  succeeds stop always
  status_is always exited
}
restarted() { [[ $(field "$1" .state.restarts) == "$2" ]]; }

@test "health: starting, unhealthy after its retries, healthy again" {
  succeeds run -d --name box --health-cmd 'test -e /tmp/well' --health-interval 100ms --health-retries 2 \
    host sh -c ": $mark; sleep 300"
  eventually health_is unhealthy
  succeeds exec box touch /tmp/well
  eventually health_is healthy
}
health_is() { [[ $(field box .state.health) == "$1" ]]; }

@test "what runs on in the background inside lives as long as the payload" {
  succeeds run -d --name box host sh -c "(sh -c ': $mark; sleep 300') & : $mark; sleep 300"
  succeeds stop box
  gone "$mark"
}

@test "logs: streams, tail, follow to the end" {
  succeeds run -d --name box host sh -c "for i in 1 2 3 4; do echo line \$i; done; sleep 0.3; echo last; : $mark"
  run timeout 200 "$SNUG" logs -f box
  [[ ${lines[-1]} == last && ${#lines[@]} == 5 ]]
  succeeds logs --tail 2 box
  [[ $output == $'line 4\nlast' ]]
}

@test "an image that has vanished is named, and the container stays" {
  # Of its own: the image that the suites share may have device nodes, which only root can copy.
  small_image copy
  succeeds run --name box ./copy true
  mv copy away
  refuses copy start box
  mv away copy
  succeeds start -a box
}

@test "commit makes an image that runs, and the old one stays as it is" {
  succeeds run --name box "$(image)" sh -c 'echo new >/root/made; rm /etc/issue'
  succeeds commit --change 'CMD ["cat", "/root/made"]' box mine
  succeeds run mine
  [[ $output == new ]]
  exits 1 run mine test -e /etc/issue
  refuses "" commit box mine
  succeeds run "$(image)" test -e /etc/issue
}

@test "export and cp carry files out and in" {
  sleeper box
  echo text >file
  succeeds cp file box:/tmp/copy
  succeeds exec box cat /tmp/copy
  [[ $output == text ]]
  succeeds cp box:/tmp/copy back
  [[ $(<back) == text ]]
  snug export box | tar -t | grep -q '^etc/passwd$'
}

@test "what a named command has made where the host's tools would act upon it is told at its end" {
  mkdir project
  cd project
  run --separate-stderr snug run --name box --profile untrusted -v "$PWD:/work" -w /work host sh -c 'echo x >.envrc'
  [[ $status == 0 && $stderr == *"$PWD/.envrc"* ]] || fail_with "a note that names .envrc"
  rm .envrc
  run --separate-stderr snug start -a box
  [[ $status == 0 && $stderr == *"$PWD/.envrc"* ]] || fail_with "a note that names .envrc"
}

@test "generate systemd names the container and this binary" {
  sleeper web
  succeeds generate systemd web
  [[ $output == *"ExecStart="*" start --attach web"* && $output == *"[Install]"* ]]
}

@test "start: attached to the end, and several in the background" {
  exits 3 run --name one host sh -c 'cat; echo out; echo err >&2; exit 3' </dev/null
  run --separate-stderr snug start -a one
  [[ $status == 3 && $output == out && $stderr == err ]]
  run --separate-stderr snug start -ai one <<<"typed"
  [[ $status == 3 && $output == $'typed\nout' ]]
  succeeds run --name two host true
  prints $'one\ntwo' start one two
  refuses "takes one container" start -a one two
}

@test "wait and stop of a container that ends at that moment are not surprised" {
  need strace
  local command
  for command in wait stop; do
    succeeds run -d --name box host sh -c 'sleep 0.5; exit 7'
    # It ends between the look at its lock and the connection to its socket.
    run --separate-stderr strace -qq -o /dev/null -e trace=connect -e inject=connect:delay_enter=1500000 "$SNUG" "$command" box
    [[ $status == 0 ]] || fail_with "status 0"
    if [[ $command == wait ]]; then [[ $output == 7 ]]; else [[ $output == box ]]; fi
    succeeds rm box
  done
}

@test "wait tells the end of what runs, of several in their order" {
  succeeds run -d --name slow host sh -c ": $mark; sleep 0.5; exit 4"
  succeeds run -d --name quick host sh -c 'exit 5'
  prints $'4\n5' wait slow quick
}

@test "a container that ends by a signal says so" {
  exits 143 run --name box host sh -c 'kill -TERM $$'
  prints 143 wait box
  sleeper killed
  succeeds kill killed
  prints 137 wait killed
  [[ $(field killed .state.exit_code) == 137 ]]
}

@test "attach: the status is the container's, and signals pass unless they are not to" {
  succeeds run -d --name box host sh -c "trap 'exit 6' TERM; echo up; : $mark; while :; do sleep 0.05; done"
  eventually logged box up
  "$SNUG" attach --no-stdin --sig-proxy=false box >/dev/null &
  local looks=$! got=0
  eventually holds_term "$looks"
  kill -TERM "$looks"
  wait "$looks" || got=$?
  [[ $got != 6 ]]
  status_is box running
  "$SNUG" attach --no-stdin box >/dev/null &
  looks=$! got=0
  eventually holds_term "$looks"
  kill -TERM "$looks"
  wait "$looks" || got=$?
  [[ $got == 6 ]]
}
# A client that takes signals holds them back, so that none ends it.
holds_term() { ((0x$(sed -n 's/^SigBlk:[[:space:]]*//p' "/proc/$1/status") & 1 << 14)); }

@test "ps: filters, names and JSON" {
  sleeper web
  exits 3 run --name job "$(image)" sh -c 'exit 3'
  succeeds run --name over host true
  [[ $(sorted ps -a -q --filter status=exited) == $'job\nover' ]]
  prints job ps -a -q --filter exited=3
  prints web ps -q --filter name=we
  prints web ps -q --filter status=running
  [[ $(sorted ps -a -q --filter name=web --filter name=job) == $'job\nweb' ]]
  prints "" ps -q --filter status=running --filter name=job
  [[ $("$SNUG" ps -a --json | jq -r 'map(.name) | sort | join(" ")') == "job over web" ]]
  [[ $("$SNUG" ps -a --json | jq -r '.[] | select(.name == "job") | "\(.status) \(.exit_code)"') == "exited 3" ]]
}

@test "port: nothing is published, and a port that is none is refused" {
  sleeper web
  prints "" port web
  refuses "80/tcp" port web 80
  refuses "" port web eighty
  refuses "" port web 99999
}

@test "logs: since, until, time stamps, JSON, and a reader that has enough" {
  succeeds run --name box host sh -c 'echo early; sleep 1.1; echo late >&2'
  local first
  first=$(snug logs -t box 2>/dev/null)
  [[ $first =~ ^20[0-9-]+T[0-9:.]+Z?[+0-9:]*\ early$ ]]
  run --separate-stderr snug logs --until "$(snug logs --json box | jq -rs '.[0].time')" box
  [[ $output == early && -z $stderr ]]
  run --separate-stderr snug logs --since "$(snug logs --json box | jq -rs '.[1].time')" box
  [[ -z $output && $stderr == late ]]
  [[ $(snug logs --json box | jq -rs 'map(.stream) | join(" ")') == "stdout stderr" ]]
  prints "" logs -n 0 box
  snug run --name long host seq 100000 >/dev/null
  [[ $(snug logs long | head -n 1) == 1 ]]
  [[ $(snug logs long | sha256sum) == $(seq 100000 | sha256sum) ]]
}

@test "a container is its own: other runs and other containers see nothing of it" {
  sleeper box
  succeeds exec box touch /tmp/mine
  sleeper other
  exits 1 exec other test -e /tmp/mine
  exits 1 run host test -e /tmp/mine
  [[ $("$SNUG" exec box sh -c 'ls -d /proc/[0-9]*' | wc -l) -le 5 ]]
}

@test "restart begins from what was left, and clears what is in memory only" {
  succeeds run -d --name box "$(image)" sh -c ": $mark; sleep 300"
  succeeds exec box sh -c 'echo kept >/root/file; echo gone >/dev/shm/file'
  prints box restart -t 0 box
  prints kept exec box cat /root/file
  exits 1 exec box test -e /dev/shm/file
}

@test "--rm with a name removes at its end, also after stop" {
  exits 5 run --rm --name box host sh -c 'exit 5'
  store_is_empty
  succeeds run -d --rm --name box host sh -c ": $mark; sleep 300"
  succeeds stop -t 0 box
  eventually store_is_empty
}

@test "check finds a store in order" {
  sleeper web
  succeeds check
}
