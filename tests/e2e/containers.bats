#!/usr/bin/env bats
# Containers that last: named, in the background, stopped, started again, kept and removed.
load helper

eval "$(declare -f teardown | sed '1s/teardown/common_teardown/')"
teardown() {
  if ((EUID != 0)); then
    local name
    for name in $("$SNUG" ps -a -q 2>/dev/null); do "$SNUG" rm -f "$name" >/dev/null; done
    store_is_empty
  fi
  common_teardown
}
# Whatever was removed has left nothing: no container, no leftover, no socket.
store_is_empty() {
  local left
  left=$(find "$XDG_DATA_HOME/snug/containers" "$XDG_RUNTIME_DIR/snug" -mindepth 1 2>/dev/null || true)
  [[ -z $left ]] || { echo "left behind: $left" >&2 && return 1; }
}
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
  succeeds run -d --name kind host sh -c "trap 'exit 9' TERM; : $mark; while :; do sleep 0.05; done"
  succeeds stop kind
  [[ $(field kind .state.exit_code) == 9 ]]
  succeeds run -d --name deaf host sh -c "trap '' TERM; : $mark; while :; do sleep 0.05; done"
  succeeds stop -t 1 deaf
  [[ $(field deaf .state.exit_code) == 137 ]]
  succeeds stop deaf
}

@test "the stop signal is the container's" {
  succeeds run -d --name box --stop-signal USR1 host sh -c "trap 'exit 11' USR1; : $mark; while :; do sleep 0.05; done"
  succeeds stop box
  [[ $(field box .state.exit_code) == 11 ]]
}

@test "kill sends any signal, restart starts anew" {
  succeeds run -d --name box host sh -c "trap 'echo usr' USR1; : $mark; echo up; while :; do sleep 0.05; done"
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
  run timeout 10 "$SNUG" logs -f box
  [[ ${lines[-1]} == last && ${#lines[@]} == 5 ]]
  succeeds logs --tail 2 box
  [[ $output == $'line 4\nlast' ]]
}

@test "an image that has vanished is named, and the container stays" {
  cp -r "$(image)" copy
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

@test "generate systemd names the container and this binary" {
  sleeper web
  succeeds generate systemd web
  [[ $output == *"ExecStart="*" start --attach web"* && $output == *"[Install]"* ]]
}

@test "check finds a store in order" {
  sleeper web
  succeeds check
}
