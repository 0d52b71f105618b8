#!/bin/bash
# image.sh [--suite SUITE] [--with PACKAGE,…] [--into DIR]
#
# Makes a root filesystem of Debian 12, or of another SUITE (mmdebstrap, minbase) as a plain directory that belongs to the caller, and prints
# its path. Reused when it is there already. Without --into it is kept in /var/tmp/snug-test-cache, named by what it is
# made from; ordinary users and root each have their own there.
#
# mmdebstrap needs one of: root, subordinate ids (newuidmap), sudo. It writes a tar stream, and the caller
# extracts it: every file is then the caller's own, which a sandbox with a single id needs for writing.
set -euo pipefail

export HOME=/ # apt and dpkg would look for settings there
suite=bookworm
recipe_version=1
packages=
into=
while (($#)); do
  case $1 in
    --suite) suite=$2 && shift 2 ;;
    --with) packages=$2 && shift 2 ;;
    --into) into=$2 && shift 2 ;;
    *) echo "usage: image.sh [--suite SUITE] [--with PACKAGE,…] [--into DIR]" >&2 && exit 2 ;;
  esac
done

# The archive that this machine's own apt uses, as lines of sources.list(5). Another suite of Debian than this machine's is in the
# same archive. Nothing where it is not Debian's, and then mmdebstrap's default serves.
sources() {
  local here
  here=$(. /etc/os-release && if [[ $ID == debian ]]; then echo "${VERSION_CODENAME:-}"; fi)
  # shellcheck disable=SC2016 # apt-get's own placeholders
  apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT) $(SIGNED_BY)' 'Created-By: Packages' |
    awk -v suite="$suite" -v here="$here" '
      $4 != "" && $4 !~ /debian-archive-keyring/ || $3 != "main" { next }
      here != "" && here != suite && sub("^" here, suite, $2) && $4 == "" { $4 = "/usr/share/keyrings/debian-archive-keyring.gpg" }
      $2 != suite && $2 != suite "-updates" && $2 != suite "-security" { next }
      !seen[$1 $2]++ { print "deb", ($4 == "" ? "" : "[signed-by=" $4 "] ") $1, $2, "main" }'
}

# A mirror may be a snapshot whose dates have passed; a proxy that this machine's apt needs is needed here too.
apt_options() {
  printf '%s\n' 'Acquire::Check-Valid-Until "false"'
  apt-config dump | grep -E '^Acquire::https?::Proxy(::[^ ]+)? ' | sed 's/;$//' || true
}

mapfile -t options < <(apt_options)
arguments=(--variant=minbase --format=tar --quiet)
for option in "${options[@]}"; do arguments+=(--aptopt="$option"); done
if [[ -n $packages ]]; then arguments+=(--include="$packages"); fi

bootstrap() {
  local list=$1
  # Not among the arguments that name the result, which is the same however often a download was tried, and by which clock.
  # It says what it does, which is shown where it fails.
  local command=(mmdebstrap "${arguments[@]/--quiet/--verbose}" --aptopt='Acquire::Retries "5"' --aptopt='Acquire::Check-Date "false"' "$suite" -)
  # "-" takes the list of sources from standard input.
  if [[ -n $list ]]; then command+=(-); fi
  # Only unshare mode and root give a whole system; mmdebstrap's other fallbacks do not.
  if ((EUID != 0)) && ! unshare --map-auto --map-root-user true 2>/dev/null; then command=(sudo "${command[@]}"); fi
  # apt inside it counts on the descriptors that it picks being free, and other ids must be able to reach the temporary
  # directory.
  local fd
  for fd in /proc/self/fd/*; do
    fd=${fd##*/}
    if ((fd > 2 && fd < 255)); then exec {fd}>&-; fi
  done
  # In a session of its own: where it fails it sends SIGHUP to its whole process group.
  TMPDIR=/var/tmp setsid --wait "${command[@]}" <<<"$list"
}

if [[ -z $into ]]; then
  cache=/var/tmp/snug-test-cache
  mkdir -p "$cache"
  if [[ -O $cache ]]; then chmod 1777 "$cache"; fi
  mine=$cache/$EUID
  [[ -d $mine ]] || mkdir -m 0700 "$mine"
  [[ -O $mine && ! -L $mine ]] || { echo "image.sh: $mine belongs to somebody else" >&2 && exit 1; }
  recipe=$(printf '%s\n' "$recipe_version" "$suite" "${arguments[@]}" "$(sources)" | sha256sum | cut -c1-12)
  into=$mine/debian-$([[ $suite == bookworm ]] && echo 12 || echo "$suite")-$recipe
fi
mkdir -p "$(dirname "$into")"
exec 9>"$(dirname "$into")/.$(basename "$into").lock" # hidden: a store lists what is beside it
flock 9

if [[ ! -d $into ]]; then
  list=$(sources)
  said=$into.log
  # A mirror may be out of reach for a moment, for longer than apt itself goes on trying.
  for attempt in 1 2 3; do
    rm -rf "$into.new"
    mkdir "$into.new"
    # No device nodes: an ordinary user cannot make them, and a sandbox brings its own /dev. A setuid file that now is an
    # ordinary user's would let everybody on the machine act as that user.
    if bootstrap "$list" 2>"$said" | tar --extract --preserve-permissions --no-same-owner --exclude='./dev/*' --directory "$into.new"; then break; fi
    tail -n 60 "$said" >&2
    ((attempt < 3)) || exit 1
    echo "image.sh: mmdebstrap failed, once more" >&2
  done
  rm -f "$said"
  find "$into.new" -xdev -type f -perm /6000 -exec chmod a-s {} +
  chmod 0755 "$into.new"
  mv -T "$into.new" "$into"
fi
printf '%s\n' "$into"
