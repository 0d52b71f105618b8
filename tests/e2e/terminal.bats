#!/usr/bin/env bats
# A real terminal, driven by tmux: what a person at a keyboard gets.
load helper
load terminal_helper

prepare() {
  need tmux vim
  open_terminal
}
start_shell() {
  type_line "$SNUG run -it -e PS1='in''> ' $* host bash --norc --noprofile"
  answers 'in>'
}

@test "the payload has a terminal of the sandbox's own" {
  start_shell
  type_line 'tty'
  answers '/dev/pts/0'
  type_line 'test -t 0 && test -t 1 && test -t 2 && echo all three'
  answers 'all three'
  type_line 'ps -o tty= -p $$ | tr -d " "; echo >/dev/tty controlling'
  answers 'controlling'
}

@test "the size is right from the first moment" {
  type_line "$SNUG run -t host stty size"
  answers '24 80'
}

@test "a resize reaches the payload" {
  start_shell
  type_line 'trap "echo winch" WINCH; stty size'
  answers '24 80'
  tm resize-window -x 101 -y 31
  eventually screen_size '31 101'
  eventually shows 'winch$'
}

@test "Ctrl-C ends what runs in the foreground, and the shell stays" {
  start_shell
  type_line 'sh -c "echo u""p; exec sleep 300"'
  answers 'up'
  tm send-keys C-c
  type_line 'echo still-$((40 + 2)) $?'
  answers 'still-42 130'
}

@test "Ctrl-Z stops a job, fg takes it up again" {
  start_shell
  type_line "sh -c 'echo u''p; $await_go; echo do''ne'"
  answers 'up'
  tm send-keys C-z
  answers '\[1\]\+ +Stopped'
  type_line 'touch /tmp/go; fg'
  answers 'done'
}

@test "job control works without a word of complaint" {
  start_shell
  type_line 'sleep 0.2 & wait; echo waited'
  answers 'waited'
  run screen
  [[ $output != *"no job control"* && $output != *"cannot set terminal process group"* ]]
}

@test "Ctrl-D ends the shell, and the terminal is as it was" {
  type_line 'stty -g >before'
  start_shell
  tm send-keys C-d
  eventually shows '^outer> *$'
  type_line 'stty -g >after; echo compared'
  answers compared
  cmp before after
}

@test "the exit status comes through a terminal" {
  type_line "$SNUG run -it host sh -c 'exit 42'; echo code-\$?"
  answers 'code-42'
}

@test "the terminal is as it was after the payload is killed in raw mode" {
  type_line 'stty -g >before'
  type_line "$SNUG run -it host sh -c 'stty raw -echo; kill -9 \$\$'; echo code-\$?"
  answers 'code-137'
  type_line 'stty -g >after; echo compared'
  answers compared
  cmp before after
}

@test "the terminal is as it was after snug is ended by SIGTERM, or by SIGHUP" {
  type_line 'stty -g >before'
  type_line "$SNUG run -it --hostname $mark host sh -c 'stty raw -echo; echo rea''dy; exec sleep 300'; echo code-\$?"
  answers 'ready'
  pkill -TERM -o -f -- "run -it .*--hostname $mark"
  eventually shows 'code-143' # behind a line that raw mode did not end
  type_line 'stty -g >after; echo on''ce'
  answers once
  cmp before after
  # A shell that somebody types at ignores SIGTERM.
  start_shell --hostname "$mark"
  pkill -HUP -o -f -- "run -it .*--hostname $mark"
  eventually let_go
  type_line 'stty -g >after; echo compared'
  answers compared
  cmp before after
}

@test "vim edits a file and writes it" {
  start_shell -v "$PWD:/w"
  type_line 'vim -u NONE -N /w/file'
  eventually shows '^~'
  tm send-keys i && tm send-keys -l 'written in vim' && tm send-keys Escape
  type_line ':wq'
  eventually test -s file
  [[ $(cat file) == 'written in vim' ]]
}

@test "vim fills the window, also after a resize" {
  start_shell
  type_line 'vim -u NONE -N +"set laststatus=2"'
  eventually shows '^~'
  tm resize-window -x 90 -y 40
  eventually rows_of_tildes 30
}
rows_of_tildes() { (($(screen | grep -c '^~') >= $1)); }

@test "tmux runs inside" {
  start_shell
  type_line 'TMUX= tmux -f /dev/null new-session "echo inner-$((6 * 7)); exec sleep 300"'
  answers 'inner-42'
}

@test "long output through the terminal is complete" {
  type_line "$SNUG run -t host seq 100000 | sha256sum; $SNUG run -t host seq 5000; echo fin"
  eventually shows '^fin'
  run screen
  [[ $output == *$'4999\n5000\nfin'* ]]
}

@test "Ctrl-C without -t ends the payload as in a plain pipeline" {
  type_line "$SNUG run -i host sh -c 'echo rea''dy; exec sleep 300'"
  answers 'ready'
  tm send-keys C-c
  # What is typed before is snug's. And of its own line: where a command of a list dies of SIGINT, bash drops the rest of the list.
  eventually let_go
  type_line 'echo code-$?'
  answers 'code-130'
}

@test "Ctrl-Z of a run without -t stops it until fg" {
  type_line "$SNUG run -i -v $PWD:/w host sh -c 'echo rea''dy; until [ -e /w/go ]; do sleep 0.05; done; echo do''ne'"
  answers 'ready'
  tm send-keys C-z
  answers '\[1\]\+ +Stopped'
  touch go
  type_line 'fg'
  answers 'done'
}

@test "snug shell opens the shell with a terminal, and says what it is in" {
  type_line "$SNUG shell host"
  eventually prompted_inside
  type_line 'test -t 0 && echo in-$((6 * 7))-$container'
  answers 'in-42-snug'
  type_line 'exit 3'
  eventually let_go
  type_line 'echo code-$?'
  answers 'code-3'
}

@test "a terminal is never made out of a pipe" {
  run bash -c "echo x | timeout 200 '$SNUG' run -t -i host tty </dev/null | cat; exit \${PIPESTATUS[1]}"
  [[ $status != 124 ]]
  [[ $output != *$'\r'* || $status == 0 ]]
}
