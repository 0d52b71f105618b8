# shellcheck shell=bash
# shellcheck disable=SC2154 # mark comes from helper.bash
# A real terminal, driven by tmux. For bats: load it after "helper", and call open_terminal.

tm() { tmux -L "$mark" -f /dev/null "$@"; }
open_terminal() {
  tm new-session -d -x 80 -y 24 "env PS1='outer> ' bash --norc --noprofile"
  eventually shows 'outer>'
}
screen() { tm capture-pane -p -J; }
shows() { screen | grep -qE -- "$1"; }
# A word at the start of a line, so that the command that was typed is not taken for its answer.
answers() { eventually shows "^$1"; }
type_line() { tm send-keys -l -- "$1" && tm send-keys Enter; }
# screen_size ROWS COLUMNS: what stty says now, asked again for each look.
screen_size() {
  ((++asked))
  type_line "stty size; echo asked-''$asked"
  answers "asked-$asked\$"
  shows "^$1"
}
asked=0
# What the pane's shell has in the foreground, and whether it has the terminal for itself, as snug has while it relays: a shell
# that reads a line leaves Ctrl-C to the terminal.
client() { pgrep -P "$(tm display-message -p '#{pane_pid}')"; }
relays() { client >/dev/null && [[ $(stty -a -F "$(tm display-message -p '#{pane_tty}')") == *-isig* ]]; }
# The shell has its terminal back and reads a line: no command of it is there, and what the screen ends with is its prompt. What is typed
# before that can be lost, to the change of the terminal's modes.
let_go() { ! client >/dev/null && screen | grep . | tail -n 1 | grep -q 'outer> *$'; }
# The last line on the screen that is not empty is a prompt, of a shell that is not the outer one.
prompted_inside() { relays && screen | grep . | tail -n 1 | grep -v '^outer>' | grep -q '[$#] *$'; }
# A shell's words, inside: waits for a file.
await_go='until [ -e /tmp/go ]; do sleep 0.05; done'

# A container that only sleeps, with the word of this test in its command line.
box() { succeeds run -d --name box "$@" sh -c ": $mark; sleep 300"; }

# Ends the terminal, and the box, before the common teardown looks for what is left.
eval "$(declare -f teardown | sed '1s/teardown/common_teardown/')"
teardown() {
  if [[ -n ${mark:-} ]] && command -v tmux >/dev/null; then tm kill-server 2>/dev/null || true; fi
  rm -f "/tmp/tmux-$EUID/$mark"
  if ((EUID != 0)); then "$SNUG" rm -f box >/dev/null 2>&1 || true; fi
  common_teardown
}
