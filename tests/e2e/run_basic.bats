#!/usr/bin/env bats
# Exit status, arguments, environment, standard streams.
load helper

@test "the exit status is the payload's" {
  for code in 0 1 42 124 255; do
    exits "$code" run host sh -c "exit $code"
  done
}

@test "a payload that a signal ends gives 128 and the signal" {
  exits 143 run host sh -c 'kill -TERM $$'
  exits 137 run host sh -c 'kill -KILL $$'
  exits 139 run host sh -c 'kill -SEGV $$'
}

@test "a command that is not there gives 127, one that cannot be executed 126" {
  exits 127 run host no-such-command-here
  exits 127 run host /no/such/command
  exits 126 run host /etc/passwd
  exits 126 run host /usr
}

@test "a script without a #! line and one with a missing interpreter are told apart" {
  mkdir bin
  printf '#!/no/such/interpreter\n' >bin/orphan
  printf 'echo hi\n' >bin/bare
  chmod +x bin/*
  run snug run -v "$PWD/bin:/b:ro" host /b/orphan
  [[ $status == 126 || $status == 127 ]]
  # execve(2) says ENOEXEC; a shell would run it, and docker does not.
  exits 126 run -v "$PWD/bin:/b:ro" host /b/bare
}

@test "arguments arrive byte for byte" {
  local words=("" " " "two words" '"' "'" '$HOME' '*' $'new\nline' '-x' '--' $'\xff\xfe' '\')
  snug run host printf '%s\0' "${words[@]}" >got
  printf '%s\0' "${words[@]}" >wanted
  cmp wanted got
}

@test "options end at the first word" {
  prints "--help" run host sh -c 'echo "$*"' --help --help
  prints "--env A=1 --" run host sh -c 'echo "$*"' sh --env A=1 --
  prints "hi" run host -- echo hi
}

@test "argv[0] is the word that was typed" {
  prints "sh" run host sh -c 'tr "\0" "\n" </proc/$$/cmdline | head -n1'
}

@test "nothing of the environment passes but what is named" {
  export SECRET_TOKEN=hunter2 AWS_SECRET_ACCESS_KEY=x LD_PRELOAD="" BASH_ENV=/tmp/x
  succeeds run host env
  absent 'SECRET|AWS|LD_PRELOAD|BASH_ENV|XDG_|hunter2' <<<"$output"
  grep -q '^PATH=/' <<<"$output"
  grep -q '^HOME=/' <<<"$output"
  succeeds run -e SECRET_TOKEN -e NEW=a=b -e NOT_SET_ANYWHERE host env
  grep -qx 'SECRET_TOKEN=hunter2' <<<"$output"
  grep -qx 'NEW=a=b' <<<"$output"
  absent 'NOT_SET_ANYWHERE' <<<"$output"
}

@test "no process inside shows the caller's environment" {
  export SECRET_TOKEN=hunter2
  run --separate-stderr snug run host sh -c 'cat /proc/[0-9]*/environ | tr "\0" "\n"'
  absent 'hunter2' <<<"$output"
}

@test "an env-file sets variables, and --env wins over it" {
  printf '# comment\nA=1\nB=two words\n\nC\nD="q"\n' >vars
  C=from-caller snug run --env-file vars -e A=flag host env >got
  grep -qx 'A=flag' got
  grep -qx 'B=two words' got
  grep -qx 'C=from-caller' got
  # docker keeps quotes as they are
  grep -qx 'D="q"' got
}

@test "standard input is the caller's, unless it is kept out" {
  [[ $(echo hello | snug run host cat) == hello ]]
  [[ $(echo hello | snug run -i host cat) == hello ]]
  [[ -z $(echo hello | snug run --interactive=false host cat) ]]
}

@test "64 MiB through standard input and output are the same bytes" {
  head -c 64M /dev/urandom >big
  [[ $(cat big | snug run -i host cat | sha256sum) == "$(sha256sum <big)" ]]
  [[ $(snug run -i host cat <big | sha256sum) == "$(sha256sum <big)" ]]
}

@test "standard output and standard error stay apart" {
  snug run host sh -c 'echo out; echo err >&2' >out 2>err
  [[ $(cat out) == out && $(cat err) == err ]]
}

@test "snug says nothing of its own on a run that goes well" {
  run --separate-stderr snug run host true
  [[ $status == 0 && -z $output && -z $stderr ]]
}

@test "a closed standard input, output or error" {
  snug run host true <&-
  # What the payload finds there may be closed or empty, but nothing else.
  [[ $(snug run -i host sh -c 'cat 2>/dev/null; echo end' <&-) == end ]]
  # The payload's failure to write is the payload's: nothing of snug's must have taken the descriptor's place.
  local code=0
  snug run host sh -c 'echo hi || exit 9' >&- 2>/dev/null || code=$?
  [[ $code == 9 || $code == 0 ]]
  snug run host true >&- 2>&-
  snug run host true <&- >&- 2>&-
}

@test "with closed standard streams no other file becomes one" {
  succeeds run -v "$PWD:/w" host true
  snug run -v "$PWD:/w" host sh -c 'ls -l /proc/self/fd >/w/fds' <&- >&- 2>&-
  absent 'socket|pipe|anon_inode|memfd|/dev/fuse' <fds
}

@test "a reader that goes away ends the payload by SIGPIPE" {
  run bash -c "'$SNUG' run host yes | head -n1 >/dev/null; echo \${PIPESTATUS[0]}"
  [[ $output == 141 ]]
}

@test "an output that is full is the payload's error" {
  local code=0
  snug run host sh -c 'echo hi' >/dev/full 2>/dev/null || code=$?
  ((code != 0 && code != 125))
}

@test "the payload starts with no signal ignored or blocked" {
  succeeds run host grep -E '^Sig(Ign|Blk):' /proc/self/status
  [[ $output == $'SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000' ]]
}

@test "a payload past its time limit is ended, with 124" {
  # Not within a time of the test's own, which would end it with 124 too. A busy machine makes the payload count less, not more.
  local status=0
  "$SNUG" run --timeout 1s host sh -c 'while :; do echo; sleep 0.1; done' >ticks || status=$?
  [[ $status == 124 ]] && (($(wc -l <ticks) < 50))
}

@test "what the payload left running ends with it" {
  succeeds run host sh -c "sleep 300 & echo $mark"
  [[ $output == "$mark" ]]
  gone "sleep 300 $mark"
  succeeds run host sh -c "setsid sh -c 'sleep 300; : $mark' >/dev/null 2>&1 & exit 0"
  gone "$mark"
}

@test "orphans are reaped" {
  # Until there are no more processes than before: one that has ended and was not reaped counts.
  prints reaped run host sh -c 'processes() { ls -d /proc/[0-9]* | wc -l; }
    before=$(processes); for i in 1 2 3 4 5; do (sh -c "(sleep 0.05; echo >>/tmp/over) &"); done
    until [ "$(cat /tmp/over 2>/dev/null | wc -l)" = 5 ]; do sleep 0.05; done
    until [ "$(processes)" = "$before" ]; do sleep 0.05; done; echo reaped'
}

@test "the working directory is the one asked for" {
  prints /usr/share run -w /usr/share host pwd
  prints "$PWD" run -v "$PWD:$PWD" host pwd
}

@test "an entrypoint replaces the image's, and the words follow it" {
  prints "a b" run --entrypoint echo host a b
}

@test "the host name is the one asked for" {
  prints box-7 run --hostname box-7 host cat /proc/sys/kernel/hostname
}

@test "start and exit are told on the descriptor named by --json-status-fd" {
  run snug run --json-status-fd 7 host sh -c 'exit 7' 7>status
  [[ $status == 7 ]]
  jq -es 'length >= 1 and (map(.. | numbers) | any(. == 7))' status
}

@test "the descriptor of --json-status-fd is not the payload's" {
  snug run --json-status-fd 7 host ls /proc/self/fd 7>status >fds
  [[ $(sort -n fds | tr '\n' ' ') == "0 1 2 3 " ]] # 3: ls itself, reading the directory
}

@test "a dry run runs nothing" {
  succeeds run --dry-run -v "$PWD:/w" host touch /w/made
  [[ ! -e made ]]
  [[ -n $output ]]
}

@test "sixteen at once" {
  local i pids=()
  for i in {1..16}; do
    snug run host sh -c "echo $i" >"out$i" &
    pids+=($!)
  done
  for i in "${pids[@]}"; do wait "$i"; done
  for i in {1..16}; do [[ $(cat "out$i") == "$i" ]]; done
}

@test "version --json says what this build and this kernel are" {
  need jq
  local words
  for words in "version --json" "--version --json" "--json version"; do
    # shellcheck disable=SC2086 # words
    succeeds $words
    [[ $(jq -r '"snug \(.version) (\(.date))"' <<<"$output") == "$("$SNUG" --version)" ]]
    [[ $(jq -r .kernel.release <<<"$output") == "$(uname -r)" ]]
    [[ $(jq -r '.libraries | length' <<<"$output") == 13 ]]
  done
  # Where a working directory is gone too.
  mkdir gone && cd gone && rmdir "$PWD"
  succeeds version --json
}

@test "help and version work without anything" {
  succeeds --version
  [[ $output == snug* ]]
  succeeds --help
  succeeds run --help
  [[ $output == *--volume* ]]
  exits 0 help run
}
