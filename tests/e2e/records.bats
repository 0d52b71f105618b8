#!/usr/bin/env bats
# Containers that an older snug has made go on: started, looked at and removed. One of a later snug is refused by its name.
load helper

records=$BATS_TEST_DIRNAME/../unit/records
eval "$(declare -f teardown | sed '1s/teardown/common_teardown/')"
teardown() {
  if ((EUID != 0)); then
    local name
    for name in $("$SNUG" ps -a -q 2>/dev/null); do "$SNUG" rm -f "$name" >/dev/null; done
  fi
  common_teardown
}
prepare() {
  need python3
  mkdir "$HOME/a" "$HOME/b" "$HOME/src"
}
containers() { echo "$XDG_DATA_HOME/snug/containers"; }
readdress() { "$records/readdress" "$@"; }

# from_record VERSION KIND: the container KIND as that version has left it, but for what this machine calls otherwise.
from_record() {
  local dir file
  dir=$(containers)/$2
  (
    umask 077
    mkdir -p "$dir/root/upper" "$dir/root/work" "$dir/cow"
    cp "$records/$1/$2"/* "$dir"
    : >"$dir/lock"
    chmod 0600 "$dir"/*.json
    if [[ -e $dir/maps ]]; then chmod 0600 "$dir/maps"; fi
  )
  for file in container state; do
    # Any port that is free: two suites may run at once.
    readdress "$dir/$file.json" /home/alice "$HOME" /srv/images/debian-12 "$(image)" /run/user/1000 "$XDG_RUNTIME_DIR" \
      127.0.0.1:18080: 127.0.0.1:0: 127.0.0.1:18081: 127.0.0.1:0:
  done
  if [[ -e $dir/maps ]]; then
    local first
    first=$(awk -F: -v user="$(id -un)" '$1 == user { print $2; exit }' /etc/subuid)
    sed -i "s/^u 0 .*/u 0 $(id -u) 1/; s/^g 0 .*/g 0 $(id -g) 1/; s/ 100000 / $first /" "$dir/maps"
  fi
}

# starts KIND: it begins, and is gone without a trace when it is removed.
starts() {
  succeeds inspect "$1"
  succeeds start "$1"
  run --separate-stderr snug wait "$1"
  prints "$1" ps -a -q
  succeeds check
  succeeds rm "$1"
  [[ -z $(find "$(containers)" -mindepth 1) ]]
}

@test "containers of every version start and are removed" {
  local version kind
  for version in "$records"/v*; do
    for kind in created limits options plain; do
      from_record "${version##*/}" "$kind"
      starts "$kind"
    done
  done
}

@test "one that was running when its machine went down starts again, with its rules and its ports" {
  local version
  for version in "$records"/v*; do
    from_record "${version##*/}" ports
    [[ $(snug inspect ports | jq -r '.[0].state.status') == exited ]]
    succeeds start ports
    succeeds port ports 80
    [[ $output == 127.0.0.1:* ]]
    succeeds stop -t 0 ports
    succeeds rm ports
    from_record "${version##*/}" rules
    succeeds start rules
    succeeds stop rules
    [[ $(snug inspect rules | jq -r '.[0].state.exit_code') == 7 ]]
    succeeds rm rules
  done
}

@test "one behind a gate, and one with a range of ids" {
  local version
  for version in "$records"/v*; do
    from_record "${version##*/}" gate
    starts gate
    need_range
    from_record "${version##*/}" range
    starts range
  done
}

@test "the layers of an older snug's views go on as those of the same views" {
  need_fuse
  local dir layer
  dir=$(containers)/views
  from_record v1 views
  for layer in 0 1; do mkdir -p "$dir/cow/$layer/upper" "$dir/cow/$layer/work"; done
  echo of-a >"$dir/cow/0/upper/before"
  echo of-b >"$dir/cow/1/upper/before"
  rmdir "$HOME/a" # the first view's source is not there, and it may be missing
  succeeds start views
  run --separate-stderr snug wait views
  [[ ! -e $dir/cow/0 && ! -e $dir/cow/1 && $(find "$dir/cow" -mindepth 1 -maxdepth 1 | wc -l) == 2 ]]
  [[ $(dirname "$(grep -l of-b "$dir"/cow/*/upper/before)") == $(dirname "$(grep -l private-b "$dir"/cow/*/upper/x)") ]]
  mkdir "$HOME/a"
  succeeds start views
  run --separate-stderr snug wait views
  [[ $(dirname "$(grep -l of-a "$dir"/cow/*/upper/before)") == $(dirname "$(grep -l private-a "$dir"/cow/*/upper/x)") ]]
  succeeds rm views
  [[ -z $(find "$HOME/a" "$HOME/b" -name x) ]]
}

@test "layers that could be of several views are refused with their names, and stay" {
  from_record v1 views
  local dir layer
  dir=$(containers)/views
  for layer in 0 1 2; do mkdir -p "$dir/cow/$layer/upper" "$dir/cow/$layer/work"; done
  refuses "$HOME/b on /b" start views
  [[ $(ls "$dir/cow") == $'0\n1\n2' ]]
  rm -r "$dir/cow/2"
  succeeds start views
  run --separate-stderr snug wait views
}

@test "a container of a later snug is refused by that snug's name, listed, and can be removed" {
  succeeds run --name box host true
  local file
  for file in container state; do
    readdress "$(containers)/box/$file.json" '"version": 2' '"version": 3' '"since": "0.2"' '"since": "0.9"'
  done
  refuses "written by snug 0.9 or later" start box
  [[ $stderr != *damaged* ]]
  [[ $(snug ps -a --json | jq -r '.[0].status') == newer ]]
  exits 1 check
  [[ $output == *"snug 0.9 or later"* ]]
  succeeds prune --force
  prints box ps -a -q
  succeeds rm box
}
