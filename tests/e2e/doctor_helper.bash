# shellcheck shell=bash disable=SC2154
# What is asked of doctor's answer, which is JSON in $output.

# One field of one check; nothing where there is no such check.
of() { jq -r --arg check "$1" --arg field "$2" '[.checks[] | select(.check == $check)][0] // {} | .[$field] // "" | if type == "array" then join("\n") else . end' <<<"$output"; }
# is CHECK LEVEL WORD: the check has this level, and its cause has the word.
is() {
  [[ $(of "$1" level) == "$2" && $(of "$1" cause) == *"$3"* ]] || fail_with "$1 $2, with '$3'"
}
isolation() { [[ $(jq -r .isolation <<<"$output") == "$1" ]] || fail_with "isolation $1"; }
