# shellcheck shell=bash disable=SC2154
# For suites that root runs in a machine of tests/vm before there is a session: they spoil the machine, and the user "dev" meets it.
load ../../e2e/doctor_helper
bats_require_minimum_version 1.5.0

snug=$SNUG_VM_KIT/snug
# What this machine is known to lack: tests/vm/lacking.
lacks() {
  grep -Fxq -- "$1" <<<"$SNUG_TEST_MAY_LACK" || { echo "this machine lacks $1" && return 1; }
  skip "this machine lacks $1"
}
kernel_since() { [[ $(printf '%s\n' "$1" "$(uname -r)" | sort -V | head -n 1) == "$1" ]]; }
fail_with() {
  printf 'wanted %s; got status %s\n-- stdout --\n%s\n-- stderr --\n%s\n' "$1" "$status" "$output" "$stderr"
  return 1
}

# as_dev [NAME=VALUE…] COMMAND…: by dev, with nothing of a session's.
as_dev() {
  (cd /home/dev && exec setpriv --reuid dev --regid dev --init-groups env -i HOME=/home/dev USER=dev LOGNAME=dev LANG=C.UTF-8 \
    PATH=/usr/local/bin:/usr/bin:/bin "$@")
}
# doctor [NAME=VALUE…]: what dev's doctor says.
doctor() { run --separate-stderr as_dev "$@" timeout 100 "$snug" doctor --json; }
# refused WORD: a run fails, and its hint has the word.
refused() {
  run --separate-stderr as_dev timeout 100 "$snug" run host true
  [[ $status == 125 && $stderr == *"  hint  "*"$1"* ]] || fail_with "a refusal with '$1'"
}

# setting NAME VALUE: a sysctl, until the test ends.
settings=()
setting() {
  settings+=("$1=$(sysctl -n "$1")")
  sysctl -q -w "$1=$2"
}
setup() { settings=(); }
teardown() {
  local each
  for each in "${settings[@]}"; do sysctl -q -w "$each"; done
  if declare -F mend >/dev/null; then mend; fi
}
