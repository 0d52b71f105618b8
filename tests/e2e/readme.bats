#!/usr/bin/env bats
# README.md and the pages in docs/ say what is true: their examples are run, their links lead somewhere.
load helper
test_timeout=600

top=$BATS_TEST_DIRNAME/../..
# Pages without an example to run: how snug is built, what it promises, how to look into it.
no_examples='/(architecture|security|debugging)\.md$'

prepare() { need python3 gcc; }
pages() {
  echo "$top/README.md"
  find "$top/docs" -maxdepth 1 -name '*.md' | grep -vE "$no_examples" | sort
}
examples() { SNUG_TEST_IMAGE=$(image) "$support/readme-examples" "$@"; }
# page LINE…: a page of these lines.
page() { printf '%s\n' "$@" >page.md; }
noticed() {
  run "$@"
  [[ $status == 1 ]] || { cat page.md && echo "$output" && return 1; } >&2
}

@test "every example of every page works and prints what the page says, or gives a reason why it is not run" {
  mapfile -t all < <(pages)
  ((${#all[@]} >= 10))
  examples "${all[@]}"
}

@test "an example that fails, prints something else, or is left out without a reason is noticed" {
  page '```sh' 'snug run ./debian echo one' 'snug run debian-12 echo two' '```' '<!-- prints -->' '```' 'on...' 'two' '...' '```'
  examples page.md
  page '```sh' 'snug run host false' 'true' '```'
  noticed examples page.md
  page '```sh' 'snug run host echo one' '```' '<!-- prints -->' '```' 'two' '```'
  noticed examples page.md
  page '```sh' 'true' '```' '<!-- not tested: -->' '```sh' 'snug nonsense' '```'
  noticed examples page.md
  page 'No example at all.'
  noticed examples page.md
  # One good page beside it does not hide it.
  page '```sh' 'true' '```'
  cp page.md good.md
  page '```sh' 'false' '```'
  noticed examples page.md good.md
}

@test "every link of a page leads to a file, and to a heading of it" {
  local file name
  "$support/readme-examples" --links "$top"/*.md "$top"/docs/*.md
  page '# One heading' '[good](page.md#one-heading) [good](#one-heading)'
  "$support/readme-examples" --links page.md
  page '# One heading' '[bad](#another)'
  noticed "$support/readme-examples" --links page.md
  page '[bad](gone.md)'
  noticed "$support/readme-examples" --links page.md
  # Each page is to be found from README.md.
  for file in "$top"/docs/*.md; do
    name=${file##*/}
    grep -qF "(docs/$name)" "$top/README.md" || { echo "README.md has no link to $name" >&2 && return 1; }
  done
}

@test "the picture of README.md shows what a terminal shows" {
  need tmux curl
  SNUG_TEST_IMAGE=$(image) "$top/scripts/record-terminal" --check
}

@test "README.md has at most 250 lines" {
  (($(wc -l <"$top/README.md") <= 250))
}

@test "the table in docs/isolation.md has a row for each property that is asked, and no other" {
  awk -F' \\| ' '!/^#/ && NF > 1 { sub(/ *\|.*/, "", $2); print $2 }' "$top/tests/isolation/properties" | sort >asked
  # A row ends its description with the cases in brackets, if there are any.
  awk -F' \\| ' '/^\| / && !/^\| (property|\*\*hold)/ { sub(/^\| /, "", $1); sub(/ \(CVE-[^)]*\)$/, "", $1); print $1 }' \
    "$top/docs/isolation.md" | sort >shown
  [[ $(wc -l <asked) -ge 74 ]]
  diff asked shown
}

@test "each library that the build asks for is in THIRD-PARTY.md" {
  local name count=0
  while read -r name; do
    [[ $name ]] && ((++count))
    grep -qwiF -- "$name" "$top/THIRD-PARTY.md" || { echo "not in THIRD-PARTY.md: $name" >&2 && return 1; }
  done < <(sed -nE -e 's/^ *pkg_check_modules\(\w+ REQUIRED ([a-z0-9-]+).*/\1/p' -e 's/^ *find_library\(\w+ ([a-z0-9-]+)\.a.*/\1/p' \
    -e 's/^ *find_package\(([A-Za-z0-9_-]+) REQUIRED\).*/\1/p' "$top/CMakeLists.txt" | grep -v '^PkgConfig$')
  ((count >= 14))
}
