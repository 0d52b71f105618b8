# bash completion for snug, made by: snug completion bash
# shellcheck shell=bash disable=SC2207
_snug_options() {
  case $1 in
    'run') printf '%s\n' --profile --interactive -i --tty -t --workdir -w --user -u --entrypoint --hostname -h --timeout --rm --init --env -e --env-file --volume -v --mount --tmpfs --read-only --writable --size --overlay --network --ids --fake-root --seccomp --cap-add --cap-drop --dry-run --json-status-fd --json --quiet -q --verbose --color --help --version ;;
    'shell') printf '%s\n' --profile --interactive -i --tty -t --workdir -w --user -u --entrypoint --hostname -h --timeout --rm --init --env -e --env-file --volume -v --mount --tmpfs --read-only --writable --size --overlay --network --ids --fake-root --seccomp --cap-add --cap-drop --dry-run --json-status-fd --json --quiet -q --verbose --color --help --version ;;
    'explain') printf '%s\n' --path --profile --interactive -i --tty -t --workdir -w --user -u --entrypoint --hostname -h --timeout --rm --init --env -e --env-file --volume -v --mount --tmpfs --read-only --writable --size --overlay --network --ids --fake-root --seccomp --cap-add --cap-drop --dry-run --json-status-fd --json --quiet -q --verbose --color --help --version ;;
    'profile ls') printf '%s\n' --json --quiet -q --verbose --color --help --version ;;
    'profile show') printf '%s\n' --json --quiet -q --verbose --color --help --version ;;
    'profile check') printf '%s\n' --json --quiet -q --verbose --color --help --version ;;
    'image ls') printf '%s\n' --json --quiet -q --verbose --color --help --version ;;
    'completion') printf '%s\n' --json --quiet -q --verbose --color --help --version ;;
    'help') printf '%s\n' --json --quiet -q --verbose --color --help --version ;;
    'version') printf '%s\n' --json --quiet -q --verbose --color --help --version ;;
    *) printf '%s\n' --json --quiet --verbose --color --help --version ;;
  esac
}
_snug_takes_value() {
  case $1 in
    --profile | --workdir | --user | --entrypoint | --hostname | --timeout | --name | --env | --env-file | --volume | --mount | --tmpfs | --writable | --size | --overlay | --network | --allow | --publish | --memory | --memory-swap | --cpus | --pids-limit | --ids | --fake-root | --seccomp | --cap-add | --cap-drop | --json-status-fd | --color | --path) return 0 ;;
  esac
  [[ $1 =~ ^-[itdq]*[wuhevpm]$ ]]
}
_snug_value() {
  case $1 in
    --profile) _snug_profiles "$2" ;;
    --env-file) _snug_files "$2" ;;
    --volume | -*v) _snug_files "$2" ;;
    --writable) _snug_choices "$2" $'auto\ntmpfs\ndisk\nnone' ;;
    --overlay) _snug_choices "$2" $'auto\nnative\nfuse' ;;
    --network) _snug_choices "$2" $'none\ngate\nfull\nhost' ;;
    --ids) _snug_choices "$2" $'single\nrange' ;;
    --fake-root) _snug_choices "$2" $'auto\non\noff' ;;
    --seccomp) _snug_choices "$2" $'strict\ndefault\ndev\noff' ;;
    --color) _snug_choices "$2" $'auto\nalways\nnever' ;;
    --path) _snug_files "$2" ;;
  esac
}
_snug_commands() {
  case $1 in
    profile) printf '%s\n' ls show check ;;
    image) printf '%s\n' ls ;;
    *) printf '%s\n' run shell explain profile image completion help version ;;
  esac
}
_snug_has_payload() {
  [[ $1 == @(run|shell|explain) ]]
}
_snug_word() {
  case $1 in
    'run') _snug_images "$2" ;;
    'shell') _snug_images "$2" ;;
    'explain') _snug_images "$2" ;;
    'profile show') _snug_profiles "$2" ;;
    'profile check') _snug_profiles "$2" ;;
    'completion') _snug_choices "$2" $'bash\nzsh\nfish' ;;
    'help') _snug_choices "$2" $'run\nshell\nexplain\nprofile\nimage\ncompletion\nhelp\nversion\nstatus\nimages\nprofiles\nenvironment' ;;
  esac
}

_snug() {
  local snug=$1 word glue='' command='' family='' option='' i prefix=''
  local -a words=()
  COMPREPLY=()
  for word in "${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
    if ((${#words[@]})) && [[ $word == [=:]* || $glue ]]; then words[-1]+=$word; else words+=("$word"); fi
    [[ $word == [=:]* ]] && glue=1 || glue=''
  done
  local cur=${words[-1]} tail=${COMP_WORDS[COMP_CWORD]}
  [[ $tail == [=:]* ]] && tail=''
  local strip=${cur%"$tail"} IFS=$'\n'

  # The command, the option that waits for its value, and how many other words there are.
  local count=0
  for ((i = 1; i < ${#words[@]} - 1; ++i)); do
    word=${words[i]}
    if [[ $option ]]; then
      option=''
    elif [[ $word == -- ]]; then
      ((count += 1))
    elif [[ $word == -* ]]; then
      _snug_takes_value "$word" && option=$word
    elif [[ $command ]]; then
      ((count += 1))
    elif [[ ! $family && $word == @(profile|image) ]]; then
      family=$word
    else
      command=${family:+$family }$word
    fi
    # Options end here: the rest is the payload's.
    ((count)) && _snug_has_payload "$command" && break
  done

  if [[ $option ]]; then
    _snug_value "$option" "$cur"
  elif ((count)) && _snug_has_payload "$command"; then
    compopt -o default
  elif [[ $cur == --*=* ]]; then
    prefix=${cur%%=*}=
    _snug_value "${cur%%=*}" "${cur#*=}"
  elif [[ $cur == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$(_snug_options "$command")" -- "$cur")
  elif [[ ! $command ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$(_snug_commands "$family")" -- "$cur")
  else
    _snug_word "$command" "$cur"
  fi
  if ((${#COMPREPLY[@]})); then COMPREPLY=("${COMPREPLY[@]#"$strip"}"); fi
}

_snug_images() {
  compopt -o filenames
  mapfile -t COMPREPLY < <(
    compgen -P "$prefix" -W "$("$snug" image ls -q 2>/dev/null)" -- "$1"
    compgen -P "$prefix" -d -- "$1"
  )
}
_snug_profiles() {
  compopt -o filenames
  mapfile -t COMPREPLY < <(
    compgen -P "$prefix" -W "$("$snug" profile ls -q 2>/dev/null)" -- "$1"
    compgen -P "$prefix" -d -- "$1"
    compgen -P "$prefix" -f -X '!*.toml' -- "$1"
  )
}
_snug_files() {
  [[ $1 == *:* ]] && return
  compopt -o filenames
  mapfile -t COMPREPLY < <(compgen -P "$prefix" -f -- "$1")
}
_snug_choices() {
  mapfile -t COMPREPLY < <(compgen -P "$prefix" -W "$2" -- "$1")
}

complete -F _snug snug
