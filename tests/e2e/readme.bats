#!/usr/bin/env bats
# The examples of README.md do what README.md says.
load helper
test_timeout=600

prepare() { need python3 gcc; }
examples() { SNUG_TEST_IMAGE=$(image) "$support/readme-examples" "$1"; }
# page LINE…: a page of these lines.
page() { printf '%s\n' "$@" >page.md; }
noticed() {
  run examples page.md
  [[ $status == 1 ]] || { cat page.md && echo "$output" && return 1; } >&2
}

@test "every example of README.md works and prints what it says, or gives a reason why it is not run" {
  examples "$BATS_TEST_DIRNAME/../../README.md"
}

@test "an example that fails, prints something else, or is left out without a reason is noticed" {
  page '```sh' 'snug run ./debian echo one' 'snug run debian-12 echo two' '```' '<!-- prints -->' '```' 'on...' 'two' '...' '```'
  examples page.md
  page '```sh' 'snug run host false' 'true' '```'
  noticed
  page '```sh' 'snug run host echo one' '```' '<!-- prints -->' '```' 'two' '```'
  noticed
  page '```sh' 'true' '```' '<!-- not tested: -->' '```sh' 'snug nonsense' '```'
  noticed
  page 'No example at all.'
  noticed
}
