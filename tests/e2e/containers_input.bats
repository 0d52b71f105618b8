#!/usr/bin/env bats
# What the commands for containers do with names, options and files that nobody should give them.
load helper

prepare() { need jq; }
eval "$(declare -f teardown | sed '1s/teardown/common_teardown/')"
teardown() {
  if ((EUID != 0)); then
    local name
    for name in $("$SNUG" ps -a -q 2>/dev/null); do "$SNUG" rm -f "$name" >/dev/null || true; done
  fi
  common_teardown
}
sleeper() { succeeds run -d --name "$1" host sh -c ": $mark; sleep 300"; }
field() { "$SNUG" inspect "$1" | jq -r ".[0]$2"; }
containers() { echo "$XDG_DATA_HOME/snug/containers"; }

@test "every command refuses a name that is none, or that nobody has" {
  sleeper web
  local command name
  for command in start stop kill restart wait inspect logs top port rm attach diff "commit x" export "generate systemd" \
    "exec x" "rename x" "cp x"; do
    for name in nobody ../web a/b '' . .. /etc "$(printf 'x%.0s' {1..300})" $'a\e[31mb' $'a\nb' -- ; do
      # shellcheck disable=SC2086 # a command and its words: the name stands before them
      set -- $command
      case $1 in
        cp) run --separate-stderr snug cp "$name:/etc/passwd" ./out ;;
        generate) run --separate-stderr snug generate systemd "$name" ;;
        exec) run --separate-stderr snug exec "$name" true ;;
        commit | rename) run --separate-stderr snug "$1" "$name" other ;;
        *) run --separate-stderr snug "$1" "$name" ;;
      esac
      [[ $status == 125 ]] || fail_with "125 of $1 '$name'"
      # As docker does, inspect answers with those that it found.
      if [[ $1 == inspect && $output == "[]" ]]; then output=; fi
      refusal_names ""
    done
  done
  [[ $(field web .state.status) == running && ! -e out ]]
}

@test "a name with a slip of the finger gets a hint" {
  sleeper webserver
  local command
  for command in stop kill wait logs top rm attach diff export; do
    refuses "did you mean webserver" "$command" webservr
  done
}

@test "options without sense are refused, and make nothing" {
  local words
  while read -r words; do
    # shellcheck disable=SC2086 # words
    run --separate-stderr snug run -d --name box $words host true
    [[ $status == 125 ]] || fail_with "125 of $words"
    refusal_names ""
  done <<'END'
--restart sometimes
--restart on-failure:-1
--restart on-failure:x
--restart always --rm
--stop-signal NOTHING
--stop-signal 99
--stop-timeout never
--stop-timeout -1
--log-opt max-size=0
--log-opt max-size=lots
--log-opt max-file=0
--log-opt colour=red
--health-cmd true --health-interval 0
--health-cmd true --health-interval soon
--detach-keys ctrl-1
END
  prints "" ps -a -q
  sleeper web
  refuses "" stop -t never web
  refuses "" kill -s NOTHING web
  refuses "" logs --tail some web
  refuses "" logs --since tomorrow web
  refuses "" ps --filter colour=red
  refuses "" ps --filter status=dancing
  refuses "" exec web
  refuses "" exec -w relative web true
  refuses "" exec -w /nowhere web true
  refuses "" exec -e =x web true
  refuses "" exec -u $'a\nb' web true
  refuses "" start
  refuses "" rename web
  succeeds exec web true
}

@test "several names: what is wrong with one does not keep the others" {
  sleeper one
  sleeper two
  run --separate-stderr snug stop -t 0 one nobody two
  [[ $status == 125 && $output == $'one\ntwo' && $stderr == *nobody* ]] || fail_with "both stopped and one named"
  run --separate-stderr snug rm nobody one two
  [[ $status == 125 && $output == $'one\ntwo' ]]
  prints "" ps -a -q
}

@test "of many who make the same name at once, one does" {
  local i winners=0 pids=() round
  for round in 1 2 3; do
    pids=()
    winners=0
    for i in 1 2 3 4 5 6; do
      "$SNUG" run -d --name box host sh -c ": $mark; sleep 300" >"out.$i" 2>"err.$i" &
      pids+=($!)
    done
    for i in 1 2 3 4 5 6; do
      local got=0
      wait "${pids[i - 1]}" || got=$?
      if ((got == 0)); then ((++winners)); else [[ $got == 125 && $(<"err.$i") == *"in use"* ]]; fi
    done
    ((winners == 1)) || { echo "$winners winners in round $round" >&2 && return 1; }
    [[ $("$SNUG" ps -q) == box ]]
    succeeds rm -f box
    gone "$mark"
  done
}

@test "of many who start one that had ended at once, one does" {
  sleeper box
  succeeds stop -t 0 box
  local i pids=() winners=0 got
  for i in 1 2 3 4 5 6; do
    "$SNUG" start box >/dev/null 2>"err.$i" &
    pids+=($!)
  done
  for i in 1 2 3 4 5 6; do
    got=0
    wait "${pids[i - 1]}" || got=$?
    if ((got == 0)); then ((++winners)); else [[ $got == 125 && $(<"err.$i") == *running* ]]; fi
  done
  ((winners == 1))
  [[ $(pgrep -fc -- ": $mark") == 1 ]]
}

@test "a damaged container is named, can be removed, and the others work" {
  sleeper good
  succeeds run --name bad host true
  local file damage
  for damage in empty half garbage link; do
    file=$(containers)/bad/container.json
    cp "$file" kept
    case $damage in
      empty) : >"$file" ;;
      half) head -c "$(($(stat -c %s kept) / 2))" kept >"$file" ;;
      garbage) head -c 400 /dev/urandom >"$file" ;;
      link) ln -sf /etc/passwd "$file" ;;
    esac
    run --separate-stderr snug ps -a
    [[ $status == 0 && $output == *bad* && $output == *good* ]] || fail_with "both in the list ($damage)"
    run --separate-stderr snug start bad
    [[ $status == 125 && $stderr == *bad* ]] || fail_with "a refusal ($damage)"
    exits 1 check
    [[ $output$stderr == *bad* ]]
    succeeds exec good true
    rm -f "$file"
    cp -p kept "$file"
  done
  : >"$(containers)/bad/container.json"
  succeeds rm -f bad
  prints good ps -a -q
}

@test "control bytes of a command, a log and a label reach no terminal" {
  succeeds run -d --name box host sh -c ": $mark; printf 'a\033]0;title\007b\n'; sleep 300" $'word\e[31m\a'
  eventually logged
  # To a pipe a log goes as it was written; a list never does.
  snug logs box | grep -q $'\033]0;title'
  local words
  for words in "ps -a --no-trunc" "ps --json" "inspect box" "top box"; do
    # shellcheck disable=SC2086 # words
    succeeds $words
    [[ $output != *[$'\001'-$'\010'$'\013'-$'\037'$'\177']* ]] || fail_with "no control bytes of $words"
  done
  # script gives it a terminal.
  need script
  script -qec "$SNUG logs box" /dev/null </dev/null >seen
  absent $'\033]0' <seen
}
logged() { "$SNUG" logs box | grep -q title; }

@test "a payload that floods its output fills neither the disk nor its supervisor" {
  succeeds run -d --name box --log-opt max-size=64k --log-opt max-file=2 host sh -c ": $mark; yes flood | head -c 24000000; touch /tmp/over; sleep 300"
  eventually "$SNUG" exec box test -e /tmp/over
  local size
  size=$(du -sk "$(containers)/box" | cut -f 1)
  ((size < 1024)) || { echo "$size KiB" >&2 && return 1; }
  succeeds exec box true
  snug logs --tail 1 box | grep -qx flood
}
