#!/usr/bin/env bats
# What bash offers, from the script that snug prints.
load helper

# Nothing here runs a sandbox: no image is needed.
setup_file() { export BATS_TEST_TIMEOUT=60; }
prepare() { "$SNUG" completion bash >../snug.bash; }

# offers EXPECTED WORD…: what TAB after these words offers, on one line. Bash breaks words at ":" and "=".
offers() {
  local expected=$1
  shift
  mkdir -p ../bin && touch site.conf
  # A snug that knows some containers, and nothing else that it does not know already.
  printf '#!/bin/sh\n[ "$1" = ps ] || exec "%s" "$@"\nprintf "%%s\\n" db web web-2\n' "$SNUG" >../bin/snug && chmod +x ../bin/snug
  got=$(
    # shellcheck disable=SC1091
    source ../snug.bash
    compopt() { :; }
    COMP_WORDS=(snug "$@") COMP_CWORD=$# COMPREPLY=()
    _snug "$PWD/../bin/snug" "${!#}" ""
    echo "${COMPREPLY[*]}"
  )
  [[ $got == "$expected" ]] || { echo "after $*: $got" >&2 && return 1; }
}

@test "commands, and the words of two-word commands" {
  offers "start stop stats" st
  offers "systemd" generate ""
  offers "ls show check" profile ""
}

@test "containers, behind whatever options" {
  offers "db web web-2" stop ""
  offers "web web-2" stop -t 3 w
  offers "db web web-2" exec -it ""
  offers "db web web-2" rm -f ""
  offers "db web web-2" generate systemd ""
}

@test "a letter means what it means in that command" {
  offers "" stop -t ""
  offers "" ps -f ""
  offers "host" run -t ""
  offers "site.conf" export -o ""
  offers "none gate full host" run --network = ""
}

@test "what comes after the container of exec is the payload's" {
  offers "" exec web ""
  offers "" exec web --w
  offers "--workdir" exec --w
}

@test "either side of cp: a container or a file" {
  offers "web: web-2:" cp w
  offers "site.conf" cp si
  offers "" cp web : /e
  offers "db: web: web-2:" cp ./site.conf ""
}
