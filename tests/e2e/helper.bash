# shellcheck shell=bash
# Common to every suite here. They drive the real binary, $SNUG, as an ordinary user, and look at what the payload sees and at
# what is left on the host; never at snug's wording, beyond that an error names its cause.
bats_require_minimum_version 1.5.0

support=$BATS_TEST_DIRNAME/../support

# For what this machine has not: a skip that says so, and in CI a failure, but for what is known of a virtual machine.
known_lack() { grep -qxF -- "$1" <<<"$may_lack"; }
lacks() {
  if known_lack "$1"; then skip "this machine lacks $1"; fi
  if [[ ${CI:-} == true ]]; then
    echo "CI lacks $1" >&2
    return 1
  fi
  skip "this machine lacks $1"
}
need() {
  local program
  for program; do command -v "$program" >/dev/null || lacks "$program"; done
}
need_range() {
  need newuidmap newgidmap
  grep -q "^$(id -un):" /etc/subuid || lacks "subordinate ids for $(id -un)"
}
need_fuse() {
  need fuse-overlayfs
  [[ -w /dev/fuse ]] || lacks "a /dev/fuse that $(id -un) may open"
}

setup() {
  [[ -x ${SNUG:-} ]] || { echo "SNUG must name the binary" >&2 && return 1; }
  ((EUID != 0)) || lacks "an ordinary user (scripts/test makes one)"
  # Every test has a home, a store and a working directory of its own, and a word that marks its processes.
  export HOME=$BATS_TEST_TMPDIR/home XDG_CONFIG_HOME=$BATS_TEST_TMPDIR/config XDG_DATA_HOME=$BATS_TEST_TMPDIR/data
  export XDG_RUNTIME_DIR=$BATS_TEST_TMPDIR/run
  unset "${!SNUG_@}" NO_COLOR
  export SNUG=$snug_binary
  mkdir -m 0700 "$HOME" "$XDG_RUNTIME_DIR"
  mkdir "$BATS_TEST_TMPDIR/work"
  cd "$BATS_TEST_TMPDIR/work" || return
  # Not "i" in anything that calls run: bats counts with it (1.8).
  mark=mark-$$-$BATS_TEST_NUMBER-$RANDOM
  cat /proc/self/mountinfo >"$BATS_TEST_TMPDIR/mountinfo"
  if declare -F prepare >/dev/null; then prepare; fi
}
# Making or finding the image takes a second: once for a whole suite.
setup_file() {
  export BATS_TEST_TIMEOUT=$((${test_timeout:-120} * slowness))
  if ((EUID != 0)); then export SNUG_TEST_IMAGE=${SNUG_TEST_IMAGE:-$("$support/image.sh")}; fi
}

# Kept apart from the variables that setup clears. Where a machine is emulated, all that ends a wait is so many times longer.
snug_binary=$SNUG
test_image=${SNUG_TEST_IMAGE:-}
slowness=${SNUG_TEST_SLOWNESS:-1}
# In the virtual machines: what they are known to lack, and programs that are compiled already.
may_lack=${SNUG_TEST_MAY_LACK:-} test_programs=${SNUG_TEST_PROGRAMS:-}

# Whatever a test did: no process, no mount, no file may be left.
teardown() {
  ((EUID != 0)) || return 0
  gone "$mark"
  diff "$BATS_TEST_TMPDIR/mountinfo" /proc/self/mountinfo
  local left
  left=$(find "$XDG_DATA_HOME/snug/throwaway" -mindepth 1 2>/dev/null || true)
  [[ -z $left ]] || { echo "left in the store: $left" >&2 && return 1; }
}

# A Debian 12 minbase root filesystem of the caller's own.
image() { echo "$test_image"; }

# kernel_since VERSION: is this that Linux, or a newer one?
kernel_since() { [[ $(printf '%s\n' "$1" "$(uname -r)" | sort -V | head -n 1) == "$1" ]]; }

# static_program OUT SOURCE…: compiles one, or takes what tests/vm has compiled where the headers are new enough.
static_program() {
  if [[ -x $test_programs/${1##*/} ]]; then
    cp "$test_programs/${1##*/}" "$1"
  else
    need gcc
    gcc -O1 -D_GNU_SOURCE -static -Wall -Wextra -Werror -o "$@"
  fi
}

# Waits, for ten seconds at most, until no process has the word in its command line.
gone() {
  [[ ${1:-} ]] || return 0 # set-up has not come to it; without a word every process would be meant
  local i
  for ((i = 0; i < 200 * slowness; ++i)); do
    pgrep -f -- "$1" >/dev/null || return 0
    sleep 0.05
  done
  echo "still there:" >&2
  pgrep -af -- "$1" >&2
  pkill -9 -f -- "$1"
  return 1
}

# Waits, for five seconds at most, until a command succeeds.
eventually() {
  local i
  for ((i = 0; i < 400 * slowness; ++i)); do
    if "$@"; then return 0; fi
    sleep 0.05
  done
  echo "never came true: $*" >&2
  return 1
}

snug() { timeout --foreground $((60 * slowness)) "$SNUG" "$@"; }

# succeeds ARGUMENT…: snug exits with 0; its standard output is in $output.
succeeds() {
  run --separate-stderr snug "$@"
  [[ $status == 0 ]] || fail_with "status 0"
}
# exits STATUS ARGUMENT…
exits() {
  local wanted=$1
  shift
  # bats warns of a 127 that was not announced.
  if ((wanted == 127)); then run -127 --separate-stderr snug "$@"; else run --separate-stderr snug "$@"; fi
  [[ $status == "$wanted" ]] || fail_with "status $wanted"
}
# refuses WORD ARGUMENT…: snug's own failure, 125, with one sentence that names WORD, and no answer on standard output.
refuses() {
  local word=$1
  shift
  exits 125 "$@"
  refusal_names "$word"
}
refusal_names() {
  [[ -z $output ]] || fail_with "nothing on standard output"
  [[ $stderr == "snug: "* ]] || fail_with "a message that starts with 'snug: '"
  [[ $stderr == *"$1"* ]] || fail_with "a message that names '$1'"
  [[ $stderr != *[$'\001'-$'\010'$'\013'-$'\037'$'\177']* ]] || fail_with "no control bytes"
}
# absent PATTERN: no line of standard input matches. (A bare "! grep" does not end a bats test.)
absent() {
  if grep -E -- "$1"; then return 1; fi
}
fail_with() {
  printf 'wanted %s; got status %s\n-- stdout --\n%s\n-- stderr --\n%s\n' "$1" "$status" "$output" "$stderr" >&2
  return 1
}
# prints TEXT ARGUMENT…: exits with 0 and prints exactly that.
prints() {
  local wanted=$1
  shift
  succeeds "$@"
  [[ $output == "$wanted" ]] || fail_with "output '$wanted'"
}

# Everything about a tree that a run could change: names, types, modes, owners, sizes, times, links, contents, attributes.
tree() {
  (
    cd "$1" || exit
    find . -printf '%p %y %m %U %G %s %T@ %l\n' | LC_ALL=C sort
    find . -type f -print0 | LC_ALL=C sort -z | xargs -0r sha256sum
    if command -v getfattr >/dev/null; then getfattr -R -h -d -m - . 2>/dev/null; fi
  )
}

# A small image: a few of the host's programs with their libraries.
small_image() {
  local dir=$1 program library
  mkdir -p "$dir"/{bin,dev,etc,proc,sys,tmp,root,usr}
  chmod 1777 "$dir/tmp"
  for program in sh cat ls id true; do
    cp -L "$(type -P "$program")" "$dir/bin/"
    while read -r library; do
      mkdir -p "$dir${library%/*}" && cp -Ln "$library" "$dir$library"
    done < <(ldd "$(type -P "$program")" | grep -oE '/[^ ]+')
  done
  echo "root:x:0:0::/root:/bin/sh" >"$dir/etc/passwd"
  echo "root:x:0:" >"$dir/etc/group"
}
