#!/usr/bin/env bats
# Images that want snug to mount or write outside of them: every place where snug mounts or makes something is, in turn,
# a link to a canary of the host's, a loop, a fifo, a device, a file. The canary never changes, and nothing hangs.
# CVE-2019-16884, -19921, CVE-2021-30465, CVE-2023-27561, -28642, CVE-2025-31133, -52565, -52881 and others.
load ../e2e/helper

# What snug mounts on or makes; what else a payload might be brought to write to.
places=(dev dev/null dev/pts dev/ptmx dev/console dev/shm proc sys sys/fs/cgroup etc etc/hosts
  etc/resolv.conf etc/hostname etc/passwd etc/group run tmp root work/dir volume/dir)
kinds=(absolute relative proc dangling loop fifo device file)

prepare() {
  small_image "$PWD/base"
  mkdir -p canary/dir volume
  local name
  for name in null x hosts hostname passwd group shadow console; do echo kept >"canary/$name"; done
  find canary -exec touch -d @1000000000 {} +
  canary=$PWD/canary
  before=$(state)
  printf 'layers = ["base", "top"]\n' >image.toml
}

# One process, for this is asked after each of hundreds of runs: whatever is done to a file changes its ctime.
state() { find canary -printf '%p %y %m %U %G %s %T@ %C@ %l\n'; }

# plant PLACE KIND: an image of two layers, where the upper one has at PLACE what snug does not hope for.
plant() {
  rm -rf top
  mkdir -p "top/$(dirname "$1")"
  case $2 in
    absolute) ln -s "$canary" "top/$1" ;;
    relative) ln -s "../../../../../../../../../../../../../../..$canary" "top/$1" ;;
    proc) ln -s "/proc/self/root$canary" "top/$1" ;;
    dangling) ln -s "$canary/made" "top/$1" ;;
    loop) ln -s "$(basename "$1")" "top/$1" ;;
    fifo) mkfifo "top/$1" ;;
    # All that an ordinary user can make; to the kernel's overlay it says that the file of the layer below is gone.
    device) perl -e 'exit(syscall($ARGV[0], $ARGV[1], 0020666, 0) != 0)' "$mknod" "$PWD/top/$1" || mkfifo "top/$1" ;;
    file) echo file >"top/$1" ;;
  esac
}
case $(uname -m) in x86_64) mknod=133 ;; *) mknod=-1 ;; esac

payload='for f in /dev/null /dev/shm/x /etc/x /etc/hosts /etc/passwd /run/x /tmp/x /root/x /work/dir/x /work/dir/made \
    /volume/dir/x; do [ -p "$f" ] || echo written >"$f"; done; exit 0'

# start OPTION… IMAGE: the payload in it, with all that is said.
start() { timeout 200 "$SNUG" run -v "$PWD/volume:/volume/dir" -w /work/dir "$@" sh -c "$payload" 2>&1; }

# matrix OPTION…: runs every image, and looks at the canary after each.
matrix() {
  local place kind output status
  for place in "${places[@]}"; do
    for kind in "${kinds[@]}"; do
      plant "$place" "$kind"
      status=0
      output=$(start "$@" "$PWD") || status=$?
      if ((status != 0 && status != 125 && status != 126 && status != 127)) ||
        { ((status == 125)) && [[ $output != "snug: "* ]]; } || [[ $(state) != "$before" ]]; then
        printf '/%s is %s: status %s\n%s\n' "$place" "$kind" "$status" "$output" >&2
        diff <(echo "$before") <(state) >&2
        return 1
      fi
    done
  done
}

@test "over an image, by the kernel's overlay: what is in the way leads nowhere outside" {
  need perl
  matrix
}

@test "with a root that cannot be written" {
  need perl
  places=(dev dev/null proc sys etc etc/hosts tmp root work/dir volume/dir) kinds=(absolute relative dangling fifo file)
  matrix --read-only
}

@test "by fuse-overlayfs" {
  need perl
  need_fuse
  places=(dev dev/null proc sys etc etc/hosts tmp volume/dir) kinds=(absolute relative dangling)
  matrix --overlay fuse
}

@test "with a range of ids" {
  need perl
  need_range
  places=(dev proc etc etc/hosts etc/passwd tmp volume/dir) kinds=(absolute relative dangling)
  matrix --ids range
}

@test "under the strict filter, with a directory whose changes are thrown away" {
  need perl
  places=(dev proc etc etc/hosts tmp work volume/dir) kinds=(absolute relative dangling loop fifo)
  matrix --profile untrusted
}

@test "a plain directory as the image, without layers" {
  local place kind status output
  for place in dev proc etc tmp run root work volume; do
    for kind in absolute relative dangling loop file; do
      plant "$place" "$kind"
      rm -rf plain && cp -r base plain && rm -rf "plain/$place" && cp -a "top/$place" "plain/$place"
      status=0
      output=$(start ./plain) || status=$?
      [[ $status == 0 || $status =~ ^12[567]$ ]] && [[ $(state) == "$before" ]] ||
        { echo "/$place is $kind: status $status: $output" >&2 && return 1; }
    done
  done
}

@test "what the payload puts in place of a mount point leads nowhere when snug clears up" {
  printf 'layers = ["base"]\n' >image.toml
  local where
  for where in disk tmpfs; do
    run snug run --writable "$where" -v "$PWD/volume:/made/by/snug" "$PWD" sh -c \
      "mv /made /old; ln -s '$canary' /made; mkdir /tmp/d; ln -s '$canary' /tmp/d/link; ln -s '$canary' /root/l; exit 0"
    [[ $status == 0 && $(state) == "$before" ]] || { echo "$where: $status $output" >&2 && return 1; }
  done
}
