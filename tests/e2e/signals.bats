#!/usr/bin/env bats
# Signals go through, and the sandbox ends with snug, whenever and however that ends.
load helper

# A shell without job control starts what it puts in the background with SIGINT and SIGQUIT ignored.
start() { exec env --default-signal=INT,QUIT "$SNUG" "$@"; }

# Starts a payload that has said it is up; its pid outside is not ours to know, snug's is $snug_pid.
start_payload() {
  start run -v "$PWD:/w" host bash -c "$1; : $mark" &
  snug_pid=$!
  is_up
}
is_up() { eventually --of "$snug_pid" test -s up; }
# A shell's words: waits, inside, until the test has made the file "go".
await_go='until [ -e /w/go ]; do sleep 0.05; done'
# taken SIGNAL: snug has none of that number pending, which it is about to hand on.
taken() {
  local number
  number=$(kill -l "$1")
  ! ((0x$(sed -n 's/^ShdPnd:[[:space:]]*//p' "/proc/$snug_pid/status") & 1 << (number - 1)))
}
stopped() { [[ $(sed -n 's/^State:[[:space:]]*//p' "/proc/$snug_pid/status") == T* ]]; }

@test "signals reach the payload, and its own exit status comes back" {
  local name code
  for name in INT TERM HUP QUIT USR1 USR2; do
    rm -f up got
    start_payload "trap 'echo $name >/w/got; exit 7' $name; echo >/w/up; while :; do sleep 0.05; done"
    kill -"$name" "$snug_pid"
    code=0
    wait "$snug_pid" || code=$?
    [[ $code == 7 && $(cat got) == "$name" ]] || { echo "$name: status $code, got $(cat got)" >&2 && return 1; }
  done
}

@test "signals without a handler end the payload" {
  local name code
  for name in INT:130 TERM:143 HUP:129 QUIT:131 USR1:138; do
    rm -f up
    # Not a shell that executes sleep: a signal that it has noted and not yet acted upon is lost with it.
    start run -v "$PWD:/w" host perl -e 'open(F, ">", "/w/up"); print F "\n"; close(F); sleep 300' "$mark" &
    snug_pid=$!
    is_up
    kill -"${name%:*}" "$snug_pid"
    code=0
    wait "$snug_pid" || code=$?
    [[ $code == "${name#*:}" ]] || { echo "$name: $code" >&2 && return 1; }
  done
}

@test "a payload that ignores a signal goes on" {
  start_payload "trap '' TERM; echo >/w/up; $await_go; exit 9"
  kill -TERM "$snug_pid"
  eventually taken TERM
  touch go
  local code=0
  wait "$snug_pid" || code=$?
  [[ $code == 9 ]]
}

@test "CONT and WINCH reach the payload" {
  start_payload "trap 'echo cont >>/w/got' CONT; trap 'echo winch >>/w/got' WINCH; echo >/w/up; while :; do sleep 0.05; done"
  kill -CONT "$snug_pid"
  eventually grep -qs cont got
  kill -WINCH "$snug_pid"
  eventually grep -qs winch got
  kill -TERM "$snug_pid"
  wait "$snug_pid" || true
}

# Not by this shell: what comes to bash between its fork and its exec it notes, and its exec forgets it.
@test "a signal right after the start is not lost" {
  perl -e '
    for my $round (1 .. 100) {
      my $pid = fork() // die "fork: $!";
      if ($pid == 0) { exec @ARGV or die "exec: $!" }
      select(undef, undef, undef, rand 0.03);
      kill TERM => $pid;
      local $SIG{ALRM} = sub { kill KILL => $pid; die "round $round: it went on\n" };
      alarm 200;
      waitpid $pid, 0;
      alarm 0;
      # 15: snug had not yet taken signals over. 143: the payload, or the set-up, ended by it.
      $? == 15 or $? == 143 << 8 or die "round $round: $?\n";
    }' "$SNUG" run host sleep 300
}

@test "kill -9 of snug ends the sandbox" {
  start_payload "setsid sh -c 'trap \"\" TERM HUP INT; sleep 300; : $mark' & echo >/w/up; sleep 300"
  kill -9 "$snug_pid"
  gone "$mark"
}

@test "kill -9 of snug ends the sandbox at every moment of its start" {
  local i img=$(image)
  for i in {0..99}; do
    start run -v "$PWD:/w" "$img" sh -c "sleep 300; : $mark" 2>/dev/null &
    snug_pid=$!
    sleep "$(printf '0.%05d' $((i * 12)))"
    kill -9 "$snug_pid"
    wait "$snug_pid" 2>/dev/null || true
  done
  gone "$mark"
  # Before, the writable layer lies on disk, where the next run clears up.
  kernel_since 6.6 || snug run "$img" true
}

@test "kill -9 of snug with a writable layer on disk, at every moment, leaves nothing after the next run" {
  local i img=$(image)
  for i in {0..39}; do
    start run --writable disk "$img" sh -c "sleep 300; : $mark" 2>/dev/null &
    snug_pid=$!
    sleep "$(printf '0.%05d' $((i * 30)))"
    kill -9 "$snug_pid"
    wait "$snug_pid" 2>/dev/null || true
  done
  gone "$mark"
  snug run --writable disk "$img" true
  [[ -z $(find "$XDG_DATA_HOME/snug/throwaway" -mindepth 1) ]]
}

@test "kill -9 of init ends snug with 137" {
  start_payload 'echo >/w/up; sleep 300'
  local init
  init=$(pgrep -P "$snug_pid")
  kill -9 "$init"
  local code=0
  wait "$snug_pid" || code=$?
  [[ $code == 137 ]]
}

@test "the caller's death by hangup takes the sandbox along" {
  setsid bash -c "'$SNUG' run -v '$PWD:/w' host sh -c 'echo >/w/up; sleep 300; : $mark'" &
  eventually test -s up
  pkill -HUP -f -- "run -v .*$mark"
  gone "$mark"
}

@test "a stopped snug can be continued" {
  start_payload "echo >/w/up; $await_go; exit 5"
  kill -STOP "$snug_pid"
  eventually stopped
  touch go
  kill -CONT "$snug_pid"
  local code=0
  wait "$snug_pid" || code=$?
  [[ $code == 5 ]]
}

@test "a storm of signals does no harm" {
  start_payload "trap ': ' USR1 USR2 WINCH CONT; echo >/w/up; for ((i = 0; i < 20; ++i)); do sleep 0.05; done; exit 3"
  local i
  for i in {1..300}; do kill -USR1 "$snug_pid" && kill -WINCH "$snug_pid" && kill -CONT "$snug_pid" || break; done
  local code=0
  wait "$snug_pid" || code=$?
  [[ $code == 3 ]]
}

@test "a caller that ignores SIGCHLD" {
  run bash -c "trap '' CHLD; exec '$SNUG' run host sh -c 'exit 6'"
  [[ $status == 6 ]]
}
