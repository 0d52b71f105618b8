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
  mounts >"$BATS_TEST_TMPDIR/mounts"
  if declare -F prepare >/dev/null; then prepare; fi
}
# Making or finding the image takes a second: once for a whole suite.
setup_file() {
  export BATS_TEST_TIMEOUT=$((${test_timeout:-300} * slowness))
  if ((EUID != 0)); then export SNUG_TEST_IMAGE=${SNUG_TEST_IMAGE:-$("$support/image.sh")}; fi
}

# Kept apart from the variables that setup clears. Where a machine is emulated, all that ends a wait is so many times longer.
snug_binary=$SNUG
test_image=${SNUG_TEST_IMAGE:-}
slowness=${SNUG_TEST_SLOWNESS:-1}
# In the virtual machines: what they are known to lack, and programs that are compiled already.
may_lack=${SNUG_TEST_MAY_LACK:-} test_programs=${SNUG_TEST_PROGRAMS:-}

# Whatever a test did: no process, no mount, no file may be left. bats goes on after a command of a teardown that fails, and takes
# the last one's status for the whole.
teardown() {
  ((EUID != 0)) || return 0
  local failed=0 left
  gone "${mark:-}" || failed=1
  mounts_are_as_before || failed=1
  left=$(find "$XDG_DATA_HOME/snug/throwaway" -mindepth 1 2>/dev/null || true)
  [[ -z $left ]] || { echo "left in the store: $left" >&2 && failed=1; }
  return "$failed"
}

# The mounts that have to do with this test: at its directory or below it, or made of what is there or of the image. Others are
# other programs'.
mounts() { grep -F -e "$BATS_TEST_TMPDIR" -e "${test_image:-$BATS_TEST_TMPDIR}" /proc/self/mountinfo || true; }
mounts_are_as_before() { [[ ! -e $BATS_TEST_TMPDIR/mounts ]] || diff "$BATS_TEST_TMPDIR/mounts" <(mounts); }

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

# eventually [--of PID] COMMAND…: waits until the command succeeds, for as long as a busy machine takes: what ends the wait is
# the time of the whole test, and the end of the process that should bring it about, where one is named.
eventually() {
  local process='' last=$((EPOCHSECONDS + $(wait_limit)))
  if [[ $1 == --of ]]; then process=$2 && shift 2; fi
  until "$@"; do
    if [[ $process ]] && has_ended "$process"; then
      if "$@"; then return 0; fi
      echo "process $process has ended, and it never came true: $*" >&2
      return 1
    fi
    if ((EPOCHSECONDS > last)); then
      echo "never came true: $*" >&2
      return 1
    fi
    sleep 0.05
  done
}
# Seconds; less than the test has, so that it is told what was waited for.
wait_limit() { echo $((${BATS_TEST_TIMEOUT:-300} * 3 / 4)); }
# A process that is gone, or has only to be waited for.
has_ended() {
  local line
  { read -r line <"/proc/$1/stat"; } 2>/dev/null || return 0
  [[ ${line##*) } == [ZX]* ]]
}

# Waits until no process has the word in its command line. What stands still at a hundred looks is left behind; what runs, or
# waits for a processor, is on its way out.
gone() {
  [[ ${1:-} ]] || return 0 # set-up has not come to it; without a word every process would be meant
  local now before='' still=0 last=$((EPOCHSECONDS + $(wait_limit)))
  while pgrep -f -- "$1" >/dev/null; do
    now=$(movements "$1")
    if [[ $now == "$before" && $now != *:R* && $now != *:D* ]]; then ((++still)); else still=0; fi
    before=$now
    if ((still >= 100 || EPOCHSECONDS > last)); then
      echo "still there:" >&2
      pgrep -af -- "$1" >&2
      pkill -9 -f -- "$1"
      return 1
    fi
    sleep 0.1
  done
}
# Of the processes with the word: number, state and how often each has left its processor.
movements() {
  local pid
  for pid in $(pgrep -f -- "$1"); do
    awk -v pid="$pid" '/^State:/ { state = $2 } /ctxt_switches:/ { count += $2 } END { print pid ":" state ":" count }' \
      "/proc/$pid/status" 2>/dev/null || true
  done
}

snug() { timeout --foreground "$(wait_limit)" "$SNUG" "$@"; }

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
