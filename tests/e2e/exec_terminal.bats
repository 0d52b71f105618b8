#!/usr/bin/env bats
# Commands that join a container, and those who attach to it, in real terminals: several, resized, hung up, and killed.
load helper
load terminal_helper

prepare() {
  need tmux
  open_terminal
}
# An interactive shell as the payload, with a word of this test in its environment.
shell_box() {
  type_line "$SNUG run -it --name box -e MARK=$mark -e PS1='in''> ' $* host bash --norc --noprofile"
  answers 'in>'
}
clear_screen() { type_line "clear; echo cl''ear" && answers clear; }
inside() { "$SNUG" exec box "$@"; }

@test "exec -t: a resize reaches the command" {
  box host
  type_line "$SNUG exec -it -e PS1='in''> ' box bash --norc --noprofile"
  answers 'in>'
  type_line 'trap "echo winch" WINCH; stty size'
  answers '24 80'
  tm resize-window -x 101 -y 31
  eventually screen_size '31 101'
  eventually shows 'winch$'
}

@test "attach: the terminal's size becomes the container's, and follows it" {
  shell_box
  tm send-keys C-p C-q
  eventually let_go
  tm resize-window -x 90 -y 40
  type_line "$SNUG attach box"
  eventually relays
  eventually screen_size '40 90'
  tm resize-window -x 70 -y 20
  eventually screen_size '20 70'
}

@test "Ctrl-C without -t ends the command and not the container" {
  box host
  type_line "$SNUG exec -i box sleep 299"
  eventually sleeps
  tm send-keys C-c
  eventually let_go
  type_line 'echo code-$?'
  answers 'code-130'
  eventually no_second_sleep
  inside true
}
sleeps() { "$SNUG" top box | grep -q 'sleep 299'; }

@test "without -t the caller's own terminal is not handed in" {
  box host
  type_line 'tty; stty -g >before'
  answers '/dev/pts/'
  local outer
  outer=$(stat -c %d:%i -- "$(screen | grep -m 1 -o '^/dev/pts/[0-9]*')")
  type_line "$SNUG exec -i box sh -c 'for fd in 0 1 2; do stat -Lc fd-%d:%i /proc/self/fd/\$fd; done; echo do''ne'"
  answers 'done'
  [[ $(screen | grep -c '^fd-') == 3 ]]
  screen | absent "^fd-$outer"
  type_line 'stty -g >after; echo comp''ared'
  answers compared
  cmp before after
}

@test "what one who is attached types, every other sees" {
  shell_box
  tm new-window "env PS1='second> ' bash --norc --noprofile"
  eventually shows 'second>'
  type_line "$SNUG attach box"
  eventually relays
  type_line 'echo from-$((40 + 2))'
  answers 'from-42'
  tm select-window -t 0
  answers 'from-42'
  # One lets go, the other stays.
  tm send-keys C-p C-q
  eventually let_go
  tm select-window -t 1
  type_line 'echo still-$((40 + 2))'
  answers 'still-42'
}

@test "what is written while nobody is attached is in the log, and the log goes on" {
  shell_box
  type_line "($await_go; echo lat''er >/dev/tty) &"
  tm send-keys C-p C-q
  eventually let_go
  inside touch /tmp/go
  eventually logged later
  clear_screen
  type_line "$SNUG attach box"
  eventually relays
  type_line 'echo on''wards'
  answers onwards
  eventually logged onwards
}
logged() { "$SNUG" logs box | grep -q "$1"; }

@test "the detach keys let go of one that has no terminal too, and nothing else is taken from them" {
  succeeds run -d --name box host sh -c ": $mark; while :; do echo tick; sleep 0.1; done"
  type_line 'stty -g >before'
  type_line "$SNUG attach box"
  answers 'tick'
  tm send-keys -l 'unse''en'
  tm send-keys C-s C-p x C-p C-q
  eventually let_go
  type_line 'stty -g >after; echo comp''ared'
  answers compared
  cmp before after
  screen | absent 'unseen'
  inside true
  clear_screen
  type_line "$SNUG attach box; echo code-\$?"
  answers 'tick'
  tm send-keys C-c
  answers 'code-130'
  succeeds start box
  clear_screen
  # In the background it reads nothing, which would stop it.
  type_line "$SNUG attach box >ticks &"
  eventually ticked 1
  # And goes on.
  eventually ticked $(($(grep -c tick ticks) + 3))
  type_line 'jobs -s; echo no-st''op'
  answers 'no-stop'
  screen | absent 'Stopped'
}
ticked() { (($(grep -cs tick ticks) >= $1)); }

@test "half of the detach keys is the command's" {
  shell_box
  type_line 'echo one'
  answers one
  # Ctrl-P fetches the line before, and what follows it is typed at its end.
  tm send-keys C-p
  tm send-keys -l ' two'
  tm send-keys Enter
  answers 'one two'
}

@test "detach keys of one's own, and what is none is refused" {
  shell_box --detach-keys ctrl-x,y
  tm send-keys C-p C-q
  type_line 'echo here-$((40 + 2))'
  answers 'here-42'
  tm send-keys C-x y
  eventually let_go
  local keys
  for keys in ctrl- ctrl-1 abc a,,b 'ctrl-é'; do
    run --separate-stderr snug attach --detach-keys "$keys" box
    [[ $status == 125 && $stderr == "snug: "*detach-keys* ]] || fail_with "a refusal of '$keys'"
  done
}

@test "a terminal that goes away hangs up what was joined from it" {
  box host
  type_line "$SNUG exec -it box sh -c 'trap \"echo hup >/tmp/hup; exit\" HUP; touch /tmp/up; while :; do sleep 0.05; done'"
  eventually inside test -e /tmp/up
  tm kill-server
  eventually inside test -e /tmp/hup
  inside true
}

@test "exec that is killed in raw mode leaves no command behind" {
  box host
  type_line "$SNUG exec -it --env X=$mark-exec box sh -c 'touch /tmp/up; exec sleep 299'"
  eventually inside test -e /tmp/up
  pkill -KILL -f -- "^$SNUG exec -it --env X=$mark-exec"
  eventually no_second_sleep
  inside true
}
no_second_sleep() { ! "$SNUG" top box | grep -q 'sleep 299'; }

@test "the container survives the end of the session that started it in the background" {
  type_line "$SNUG run -d --name box -e MARK=$mark host sh -c ': $mark; sleep 300'"
  answers box
  tm kill-server
  prints "" exec box true
  [[ $("$SNUG" ps -q) == box ]]
  # It is nobody's job, and has no terminal.
  local pid
  pid=$(snug inspect box | jq -e '.[0].state.supervisor_pid')
  [[ $(ps -o tty= -p "$pid") == "?"* ]]
}

@test "start -ai opens a shell that had ended again" {
  shell_box
  type_line 'exit 3'
  eventually let_go
  clear_screen
  type_line "$SNUG start -ai box"
  answers 'in>'
  type_line 'test -t 0 && echo ag''ain; exit 4'
  answers again
  eventually let_go
  type_line 'echo code-$?'
  answers 'code-4'
}

@test "shell --name starts one that had ended, and makes one that is not there" {
  type_line "$SNUG shell --name box host"
  eventually prompted_inside
  type_line 'echo made-$container; exit'
  answers 'made-snug'
  eventually let_go
  [[ $(snug ps -a -q) == box ]]
  clear_screen
  type_line "$SNUG shell --name box"
  eventually prompted_inside
  type_line 'echo again-$container; exit 5'
  answers 'again-snug'
  eventually let_go
  type_line 'echo code-$?'
  answers 'code-5'
}
