#!/usr/bin/env bats
# What explain shows is what run does.
load helper

@test "a dry run and explain print the same" {
  mkdir v
  local arguments=(-v "$PWD/v:/x:ro" -e A=1 --tmpfs /t -w /x)
  [[ $(snug run --dry-run "${arguments[@]}" host true) == "$(snug explain "${arguments[@]}" host true)" ]]
  [[ $(snug run --dry-run --json "${arguments[@]}" host true) == "$(snug explain --json "${arguments[@]}" host true)" ]]
}

@test "the JSON parses, and every step has an origin" {
  succeeds explain --json host true
  jq -e . <<<"$output" >/dev/null
  jq -e '[.. | objects | select(has("phase"))] | length > 10 and all(has("origin"))' <<<"$output"
}

@test "explaining makes and changes nothing" {
  succeeds explain --writable disk "$(image)" true
  [[ -z $(find "$HOME" "$PWD" -mindepth 1) && ! -e $XDG_DATA_HOME ]]
}

@test "options and profile lines are named as origins" {
  mkdir v
  printf 'image = "host"\n\n[[mount]]\nsource = "v"\ntarget = "/from-profile"\n' >p.toml
  succeeds explain --profile ./p.toml -v "$PWD/v:/from-flag" -- true
  grep -E '/from-profile.*p\.toml:[0-9]' <<<"$output"
  grep -E '/from-flag.*(--volume|-v)' <<<"$output"
}

@test "each mount point that the payload sees is in the plan, and each of the plan's is seen" {
  mkdir v
  local arguments=(-v "$PWD/v:/x:ro" --tmpfs /t "$(image)") at
  snug explain --json "${arguments[@]}" true >plan
  snug run "${arguments[@]}" cat /proc/self/mountinfo | cut -d' ' -f5 | sort -u >seen
  jq -r '.. | objects | .target? // empty | strings' plan | sort -u >planned
  for at in /x /t /dev/shm /etc/hosts; do
    grep -qx "$at" seen
    grep -qx "$at" planned
  done
  # Below /dev, /proc and /sys one step stands for several mount points.
  while read -r at; do
    grep -qx -- "$at" planned || case $at in / | /dev | /dev/* | /proc | /proc/* | /sys | /sys/*) ;; *) echo "not planned: $at" >&2 && return 1 ;; esac
  done <seen
}

@test "the capabilities, the filter and the namespaces that the payload has are in the plan" {
  succeeds explain host true
  grep -qiE 'seccomp|system call filter' <<<"$output"
  grep -qiE 'no_new_privs|no new privileges' <<<"$output"
  grep -qi 'capabilit' <<<"$output"
}

@test "a path is explained" {
  mkdir v
  succeeds explain -v "$PWD/v:/x:ro" --path /x/file host
  [[ $output == *"$PWD/v"* && $output == *ro* || $output == *"$PWD/v"* && $output == *read-only* ]]
  succeeds explain --path "$HOME" host
  succeeds explain --path /dev/null host
}

@test "options behind an image that is not there are taken for options" {
  refuses "options stand before the image: --network would be the command" explain example.org --network gate
  refuses "options stand before the image" run nosuch -it
  refuses "images are the directories in" run nosuch ls -l
}

@test "what run refuses explain refuses with the same words" {
  refuses nope explain -v "$PWD/nope:/x" host true
  local words=$stderr
  refuses nope run -v "$PWD/nope:/x" host true
  [[ $stderr == "$words" ]]
}

@test "no colour in a pipe, colour on demand, none with NO_COLOR" {
  succeeds explain host true
  [[ $output != *$'\e'* ]]
  succeeds explain --color always host true
  [[ $output == *$'\e['* ]]
  NO_COLOR=1 succeeds explain host true
  [[ $output != *$'\e'* ]]
}
