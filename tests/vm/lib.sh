# shellcheck shell=bash
# What the scripts of tests/vm share. To be sourced by bash with `set -euo pipefail` on.

# shellcheck disable=SC2034 # for those who source this
vm=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${SNUG_VM_CACHE:-/var/tmp/snug-vm-cache}

die() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 125
}

# For what this machine has not: 77 is a skip to ctest, and in CI nothing may be skipped.
need() {
  local program
  for program; do
    command -v "$program" >/dev/null && continue
    echo "this machine lacks $program"
    [[ ${CI:-} == true ]] && exit 1
    exit 77
  done
}

# make_scratch NAME: a directory for the time of a script, $scratch. What a kill -9 left behind goes a day later.
make_scratch() {
  find /var/tmp -maxdepth 1 -name "snug-vm-$1.*" -user "$(id -un)" -mtime +0 -exec rm -rf {} + 2>/dev/null || true
  scratch=$(mktemp -d "/var/tmp/snug-vm-$1.XXXXXX")
}

# part COMMAND…: a part of this script's work, in a process group of its own. A signal to this script does not wait for it: the script's trap
# calls end_part. Whatever ends this script, the kernel then asks the command to end too.
part=
part() {
  local status=0
  setsid setpriv --pdeathsig TERM "$@" <&0 &
  part=$!
  wait "$part" || status=$?
  part=
  return "$status"
}
# Its group is there a moment after itself.
end_part() {
  [[ ! $part ]] || { { kill -- "-$part" || kill "$part"; } 2>/dev/null && wait "$part"; } || true
}

# A directory for others to read, and nobody else's to write.
make_cache() {
  mkdir -p "$cache"
  [[ -O $cache && ! -L $cache ]] || die "$cache belongs to somebody else"
  chmod 0755 "$cache"
}

# digest: twelve digits for what comes on standard input.
digest() { sha256sum | cut -c1-12; }

# build_once DIRECTORY FUNCTION ARGUMENT…: where the directory is not there yet, the function makes its content in a
# scratch directory, $scratch, and leaves it in "$scratch/done". Whatever ends the function, nothing of it is left.
build_once() {
  local directory=$1 base
  shift
  mkdir -p "$(dirname "$directory")"
  exec 8>"$(dirname "$directory")/.$(basename "$directory").lock"
  flock 8
  [[ -d $directory ]] && return
  # A root filesystem in memory is made in half the time.
  base=$cache
  if (($(df --output=avail -BM /dev/shm 2>/dev/null | tr -dc 0-9 || echo 0) > 4096)); then base=/dev/shm; fi
  # The lock is ours: what lies there is of one that was killed. Should a mount of its package manager's have stayed, then
  # what is mounted is not ours to delete.
  rm -rf --one-file-system "$directory.new" "$base/snug-vm.$(basename "$directory")."*
  scratch=$(mktemp -d "$base/snug-vm.$(basename "$directory").XXXXXX")
  trap 'trap "" INT TERM HUP; end_part; rm -rf --one-file-system "$scratch" "$directory.new"' EXIT
  trap 'exit 130' INT TERM HUP
  "$@"
  cp -a --sparse=always "$scratch/done" "$directory.new"
  mv -T "$directory.new" "$directory"
  rm -rf --one-file-system "$scratch"
  trap - EXIT INT TERM HUP
  exec 8>&-
}

# make_disk FILE DIRECTORY SLACK_MB [UNIT_MB]: an ext4 image of the directory, with that much room to write, and as large as a whole number of
# units. No journal, since nobody uses it again after a crash, and no mount, since that takes rights.
make_disk() {
  local size
  size=$(du -sm --apparent-size "$2" | cut -f1)
  truncate -s "$((size * 5 / 4 + $3))M" "$1"
  truncate -s "%${4:-1}M" "$1"
  mke2fs -q -t ext4 -O ^has_journal,^metadata_csum -E lazy_itable_init=1,root_owner=0:0 -m 0 -d "$2" "$1" >&2
}
