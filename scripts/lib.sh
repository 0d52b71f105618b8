# shellcheck shell=bash
# What scripts/quickstart and scripts/test share. To be sourced by bash with `set -euo pipefail` on.

say() { printf '\n\033[1m== %s\033[0m\n' "$*" | if [[ -t 1 && -z ${NO_COLOR:-} ]]; then cat; else sed 's/\x1b\[[0-9;]*m//g'; fi; }

die() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

as_root() {
  if ((EUID == 0)); then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "this needs root: $* (become root, or install sudo)"
  fi
}

# need_packages PACKAGE…: installs those of Debian's packages that are missing, and says which.
need_packages() {
  local package missing=()
  for package; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  say "installing ${missing[*]}"
  # A list fetched long ago names files that the archive no longer has, hence the second try.
  local install=(env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}")
  as_root "${install[@]}" >/dev/null 2>&1 || { as_root apt-get update -q >/dev/null && as_root "${install[@]}" >/dev/null; }
}

# as_user USER COMMAND…: the command as that user, with a login's environment and nothing of ours but what is named
# in $pass_environment.
as_user() {
  local user=$1 name pass=()
  shift
  for name in ${pass_environment:-}; do
    if [[ -v $name ]]; then pass+=("$name=${!name}"); fi
  done
  if [[ $(id -un) == "$user" ]]; then
    env "${pass[@]}" "$@"
  else
    local home
    home=$(getent passwd "$user" | cut -d: -f6)
    (cd / && setpriv --reuid "$user" --regid "$(id -g "$user")" --init-groups --reset-env env "HOME=$home" "USER=$user" \
      LANG=C.UTF-8 PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin "${pass[@]}" "$@")
  fi
}

# stage NAME: what follows belongs to it; show_stage_times says at the end how long each took.
stage() {
  end_stage
  stage_name=$1 stage_start=$SECONDS
  say "$1"
}
end_stage() {
  if [[ $stage_name ]]; then took $((SECONDS - stage_start)) "$stage_name"; fi
  stage_name=
}
# took SECONDS WORDS: one more line of the times, for what had no stage of its own.
took() { stage_times+=("$(printf '%5d s  %s' "$1" "$2")"); }
stage_name='' stage_times=()

show_stage_times() {
  end_stage
  say "time by stage, $SECONDS s in all"
  printf '%s\n' "${stage_times[@]}"
}

# What the build takes, by the names of the packages of Debian 12 and 13.
# shellcheck disable=SC2034 # used by the sourcing scripts
build_packages=(g++ cmake ninja-build pkg-config libcap-dev libcli11-dev libtomlplusplus-dev libseccomp-dev libfmt-dev
  libexpected-dev nlohmann-json3-dev nettle-dev libarchive-dev libdbus-1-dev libc-ares-dev libpsl-dev libidn2-dev libunistring-dev)
