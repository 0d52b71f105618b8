# bash completion for snug, made by: snug completion bash
# shellcheck shell=bash disable=SC2207
_snug_options() {
  case $1 in
    'run' | 'shell') printf '%s\n' --profile --interactive -i --tty -t --workdir -w --user -u --entrypoint --hostname -h --timeout --init --name --detach -d --rm --detach-keys --sig-proxy --restart --stop-signal --stop-timeout --log-opt --health-cmd --health-interval --health-timeout --health-start-period --health-retries --no-healthcheck --env -e --env-file --volume -v --mount --tmpfs --read-only --writable --size --overlay --network --allow --deny --publish -p --add-host --dns --dns-search --network-alias --memory -m --memory-swap --memory-reservation --cpus --cpu-shares --cpuset-cpus --pids-limit --blkio-weight --device-read-bps --device-write-bps --device-read-iops --device-write-iops --ulimit --ids --fake-root --seccomp --require --cap-add --cap-drop --dry-run --json-status-fd --json --quiet -q --verbose --color --help --version ;;
    'explain') printf '%s\n' --path --profile --interactive -i --tty -t --workdir -w --user -u --entrypoint --hostname -h --timeout --init --name --detach -d --rm --detach-keys --sig-proxy --restart --stop-signal --stop-timeout --log-opt --health-cmd --health-interval --health-timeout --health-start-period --health-retries --no-healthcheck --env -e --env-file --volume -v --mount --tmpfs --read-only --writable --size --overlay --network --allow --deny --publish -p --add-host --dns --dns-search --network-alias --memory -m --memory-swap --memory-reservation --cpus --cpu-shares --cpuset-cpus --pids-limit --blkio-weight --device-read-bps --device-write-bps --device-read-iops --device-write-iops --ulimit --ids --fake-root --seccomp --require --cap-add --cap-drop --dry-run --json-status-fd --json --quiet -q --verbose --color --help --version ;;
    'exec') printf '%s\n' --interactive -i --tty -t --detach -d --env -e --env-file --workdir -w --user -u --detach-keys --json --quiet -q --verbose --color --help --version ;;
    'attach') printf '%s\n' --no-stdin --sig-proxy --detach-keys --json --quiet -q --verbose --color --help --version ;;
    'start') printf '%s\n' --attach -a --interactive -i --detach-keys --json --quiet -q --verbose --color --help --version ;;
    'stop') printf '%s\n' --time -t --signal -s --json --quiet -q --verbose --color --help --version ;;
    'restart') printf '%s\n' --time -t --json --quiet -q --verbose --color --help --version ;;
    'kill') printf '%s\n' --signal -s --json --quiet -q --verbose --color --help --version ;;
    'ps') printf '%s\n' --all -a --filter -f --no-trunc --json --quiet -q --verbose --color --help --version ;;
    'logs') printf '%s\n' --follow -f --since --until --tail -n --network --timestamps -t --json --quiet -q --verbose --color --help --version ;;
    'stats') printf '%s\n' --no-stream --all -a --json --quiet -q --verbose --color --help --version ;;
    'update') printf '%s\n' --memory -m --memory-swap --memory-reservation --cpus --cpu-shares --cpuset-cpus --pids-limit --blkio-weight --json --quiet -q --verbose --color --help --version ;;
    'cp') printf '%s\n' --archive -a --follow-link -L --json --quiet -q --verbose --color --help --version ;;
    'commit') printf '%s\n' --change -c --message -m --author -a --json --quiet -q --verbose --color --help --version ;;
    'export') printf '%s\n' --output -o --json --quiet -q --verbose --color --help --version ;;
    'rm' | 'prune') printf '%s\n' --force -f --json --quiet -q --verbose --color --help --version ;;
    'doctor') printf '%s\n' --apparmor --json --quiet -q --verbose --color --help --version ;;
    *) printf '%s\n' --json --quiet -q --verbose --color --help --version ;;
  esac
}
_snug_takes_value() {
  case $1 in
    'run' | 'shell') 
      case $2 in
        --profile | --workdir | --user | --entrypoint | --hostname | --timeout | --name | --detach-keys | --restart | --stop-signal | --stop-timeout | --log-opt | --health-cmd | --health-interval | --health-timeout | --health-start-period | --health-retries | --env | --env-file | --volume | --mount | --tmpfs | --writable | --size | --overlay | --network | --allow | --deny | --publish | --add-host | --dns | --dns-search | --network-alias | --memory | --memory-swap | --memory-reservation | --cpus | --cpu-shares | --cpuset-cpus | --pids-limit | --blkio-weight | --device-read-bps | --device-write-bps | --device-read-iops | --device-write-iops | --ulimit | --ids | --fake-root | --seccomp | --require | --cap-add | --cap-drop | --json-status-fd | --color) return 0 ;;
      esac
      [[ $2 =~ ^-[itdq]*[wuhevpm]$ ]] ;;
    'explain') 
      case $2 in
        --path | --profile | --workdir | --user | --entrypoint | --hostname | --timeout | --name | --detach-keys | --restart | --stop-signal | --stop-timeout | --log-opt | --health-cmd | --health-interval | --health-timeout | --health-start-period | --health-retries | --env | --env-file | --volume | --mount | --tmpfs | --writable | --size | --overlay | --network | --allow | --deny | --publish | --add-host | --dns | --dns-search | --network-alias | --memory | --memory-swap | --memory-reservation | --cpus | --cpu-shares | --cpuset-cpus | --pids-limit | --blkio-weight | --device-read-bps | --device-write-bps | --device-read-iops | --device-write-iops | --ulimit | --ids | --fake-root | --seccomp | --require | --cap-add | --cap-drop | --json-status-fd | --color) return 0 ;;
      esac
      [[ $2 =~ ^-[itdq]*[wuhevpm]$ ]] ;;
    'exec') 
      case $2 in
        --env | --env-file | --workdir | --user | --detach-keys | --color) return 0 ;;
      esac
      [[ $2 =~ ^-[itdq]*[ewu]$ ]] ;;
    'attach' | 'start') 
      case $2 in
        --detach-keys | --color) return 0 ;;
      esac
      return 1 ;;
    'stop') 
      case $2 in
        --time | --signal | --color) return 0 ;;
      esac
      [[ $2 =~ ^-[q]*[ts]$ ]] ;;
    'restart') 
      case $2 in
        --time | --color) return 0 ;;
      esac
      [[ $2 =~ ^-[q]*[t]$ ]] ;;
    'kill') 
      case $2 in
        --signal | --color) return 0 ;;
      esac
      [[ $2 =~ ^-[q]*[s]$ ]] ;;
    'ps') 
      case $2 in
        --filter | --color) return 0 ;;
      esac
      [[ $2 =~ ^-[aq]*[f]$ ]] ;;
    'logs') 
      case $2 in
        --since | --until | --tail | --color) return 0 ;;
      esac
      [[ $2 =~ ^-[ftq]*[n]$ ]] ;;
    'update') 
      case $2 in
        --memory | --memory-swap | --memory-reservation | --cpus | --cpu-shares | --cpuset-cpus | --pids-limit | --blkio-weight | --color) return 0 ;;
      esac
      [[ $2 =~ ^-[q]*[m]$ ]] ;;
    'commit') 
      case $2 in
        --change | --message | --author | --color) return 0 ;;
      esac
      [[ $2 =~ ^-[q]*[cma]$ ]] ;;
    'export') 
      case $2 in
        --output | --color) return 0 ;;
      esac
      [[ $2 =~ ^-[q]*[o]$ ]] ;;
    *) 
      case $2 in
        --color) return 0 ;;
      esac
      return 1 ;;
  esac
}
_snug_value() {
  case $1 in
    'run' | 'shell') 
      case $2 in
        --profile) _snug_profiles "$3" ;;
        --env-file) _snug_files "$3" ;;
        --volume | -*v) _snug_files "$3" ;;
        --writable) _snug_choices "$3" $'auto\ntmpfs\ndisk\nnone' ;;
        --overlay) _snug_choices "$3" $'auto\nnative\nfuse' ;;
        --network) _snug_choices "$3" $'none\ngate\nfull\nhost' ;;
        --ids) _snug_choices "$3" $'single\nrange' ;;
        --fake-root) _snug_choices "$3" $'auto\non\noff' ;;
        --seccomp) _snug_choices "$3" $'strict\ndefault\ndev\noff' ;;
        --require) _snug_choices "$3" $'full\nno-proc' ;;
        --color) _snug_choices "$3" $'auto\nalways\nnever' ;;
      esac ;;
    'explain') 
      case $2 in
        --path) _snug_files "$3" ;;
        --profile) _snug_profiles "$3" ;;
        --env-file) _snug_files "$3" ;;
        --volume | -*v) _snug_files "$3" ;;
        --writable) _snug_choices "$3" $'auto\ntmpfs\ndisk\nnone' ;;
        --overlay) _snug_choices "$3" $'auto\nnative\nfuse' ;;
        --network) _snug_choices "$3" $'none\ngate\nfull\nhost' ;;
        --ids) _snug_choices "$3" $'single\nrange' ;;
        --fake-root) _snug_choices "$3" $'auto\non\noff' ;;
        --seccomp) _snug_choices "$3" $'strict\ndefault\ndev\noff' ;;
        --require) _snug_choices "$3" $'full\nno-proc' ;;
        --color) _snug_choices "$3" $'auto\nalways\nnever' ;;
      esac ;;
    'exec') 
      case $2 in
        --env-file) _snug_files "$3" ;;
        --color) _snug_choices "$3" $'auto\nalways\nnever' ;;
      esac ;;
    'export') 
      case $2 in
        --output | -*o) _snug_files "$3" ;;
        --color) _snug_choices "$3" $'auto\nalways\nnever' ;;
      esac ;;
    *) 
      case $2 in
        --color) _snug_choices "$3" $'auto\nalways\nnever' ;;
      esac ;;
  esac
}
_snug_commands() {
  case $1 in
    generate) printf '%s\n' systemd ;;
    profile) printf '%s\n' ls show check ;;
    image) printf '%s\n' ls ;;
    *) printf '%s\n' run shell explain exec attach start stop restart kill wait ps inspect logs top stats update allow port cp diff commit export rename rm prune check generate profile image doctor completion help version ;;
  esac
}
_snug_has_payload() {
  [[ $1 == @(run|shell|explain|exec) ]]
}
_snug_word() {
  case $1 in
    'run') _snug_images "$2" ;;
    'shell') _snug_images "$2" ;;
    'explain') _snug_images "$2" ;;
    'exec') _snug_containers "$2" ;;
    'attach') _snug_containers "$2" ;;
    'start') _snug_containers "$2" ;;
    'stop') _snug_containers "$2" ;;
    'restart') _snug_containers "$2" ;;
    'kill') _snug_containers "$2" ;;
    'wait') _snug_containers "$2" ;;
    'inspect') _snug_containers "$2" ;;
    'logs') _snug_containers "$2" ;;
    'top') _snug_containers "$2" ;;
    'stats') _snug_containers "$2" ;;
    'update') _snug_containers "$2" ;;
    'allow') _snug_containers "$2" ;;
    'port') _snug_containers "$2" ;;
    'cp') _snug_container_paths "$2" ;;
    'diff') _snug_containers "$2" ;;
    'commit') _snug_containers "$2" ;;
    'export') _snug_containers "$2" ;;
    'rename') _snug_containers "$2" ;;
    'rm') _snug_containers "$2" ;;
    'generate systemd') _snug_containers "$2" ;;
    'profile show') _snug_profiles "$2" ;;
    'profile check') _snug_profiles "$2" ;;
    'completion') _snug_choices "$2" $'bash\nzsh\nfish' ;;
    'help') _snug_choices "$2" $'run\nshell\nexplain\nexec\nattach\nstart\nstop\nrestart\nkill\nwait\nps\ninspect\nlogs\ntop\nstats\nupdate\nallow\nport\ncp\ndiff\ncommit\nexport\nrename\nrm\nprune\ncheck\ngenerate\nprofile\nimage\ndoctor\ncompletion\nhelp\nversion\nstatus\nimages\ncontainers\ndetach\nprofiles\nenvironment' ;;
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
      _snug_takes_value "$command" "$word" && option=$word
    elif [[ $command ]]; then
      ((count += 1))
    elif [[ ! $family && $word == @(generate|profile|image) ]]; then
      family=$word
    else
      command=${family:+$family }$word
    fi
    # Options end here: the rest is the payload's.
    ((count)) && _snug_has_payload "$command" && break
  done

  if [[ $option ]]; then
    _snug_value "$command" "$option" "$cur"
  elif ((count)) && _snug_has_payload "$command"; then
    compopt -o default
  elif [[ $cur == --*=* ]]; then
    prefix=${cur%%=*}=
    _snug_value "$command" "${cur%%=*}" "${cur#*=}"
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
_snug_containers() {
  mapfile -t COMPREPLY < <(compgen -P "$prefix" -W "$("$snug" ps -a -q 2>/dev/null)" -- "$1")
}
# NAME:PATH, or a file. What is behind the colon is known inside only.
_snug_container_paths() {
  [[ $1 == *:* ]] && return
  mapfile -t COMPREPLY < <(compgen -S : -W "$("$snug" ps -a -q 2>/dev/null)" -- "$1")
  if ((${#COMPREPLY[@]})); then compopt -o nospace; else _snug_files "$1"; fi
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
