#!/usr/bin/env bats
# A newcomer's first command, twice.
load helper
test_timeout=1500

@test "scripts/quickstart succeeds, and again with what it left" {
  # The packages are there already, so that no right is needed; the build is the one that is being tested.
  local script=$BATS_TEST_DIRNAME/../../scripts/quickstart
  timeout 1200 "$script" "$PWD/debian" >log 2>&1 || { tail -n 50 log >&2 && return 1; }
  grep -q 'Debian GNU/Linux 12' log
  grep -q 'built and run in a sandbox' log
  grep -qE 'the next run has [1-9][0-9]* of them again' log
  [[ -x debian/usr/bin/apt-get ]]
  local made=$(stat -c %Y debian)
  timeout 1200 "$script" "$PWD/debian" >log 2>&1 || { tail -n 50 log >&2 && return 1; }
  [[ $(stat -c %Y debian) == "$made" ]]
}
