#!/usr/bin/env bats
# What is left on the host, and what two sandboxes of one user know of each other.
load ../e2e/helper

# hold NAME OPTION… IMAGE: a sandbox that sleeps until the test ends it; its supervisor is $holder.
hold() {
  local name=$1
  shift
  mkdir -p "$name"
  "$SNUG" run "$@" sh -c "echo \$\$; sleep 1000; : $mark" >"$name/pid" 2>"$name/err" 3>&- &
  holder=$!
  eventually test -s "$name/pid"
}
# descendants PID: every process below it, in the host's numbers.
descendants() {
  local child
  for child in $(pgrep -P "$1"); do echo "$child" && descendants "$child"; done
}
release() {
  kill "$@"
  wait "$@" || true
}

@test "the host's mounts are the same before, during and after, to the byte" {
  mkdir v
  # Other programs of the machine mount too. What is new must not have to do with the test's directory, the image, or this word;
  # and who could mount in the host's namespace is none of snug's: its supervisor has no right to, and the others are elsewhere.
  held() { grep -F -e "$BATS_TEST_TMPDIR" -e "$(image)" -e "$mark" /proc/self/mountinfo || true; }
  held >before
  hold one -v "$PWD/v:/v" --tmpfs "/$mark" "$(image)"
  held | cmp before -
  local one=$holder
  hold two --profile untrusted --
  held | cmp before -
  local supervisor pid namespace
  for supervisor in "$one" "$holder"; do
    [[ $(grep -E '^Cap(Prm|Eff):' "/proc/$supervisor/status" | tr -d '\t') == $'CapPrm:0000000000000000\nCapEff:0000000000000000' ]]
    for pid in $(descendants "$supervisor"); do
      # Init's is closed to its user.
      namespace=$(readlink "/proc/$pid/ns/mnt") || continue
      [[ $namespace != $(readlink /proc/self/ns/mnt) || $(grep ^CapEff "/proc/$pid/status") == *$'\t0000000000000000' ]]
    done
  done
  release "$one" "$holder"
  held | cmp before -
}

@test "fuse-overlayfs has its layers and nothing else" {
  need_fuse
  local pid server='' names
  touch secret
  hold one --overlay fuse "$(image)"
  for pid in $(pgrep -P "$holder"); do [[ $(cat "/proc/$pid/comm") != fuse-overlayfs ]] || server=$pid; done
  [[ $server ]]
  names=$(cd "/proc/$server/root" && printf '%s ' *)
  [[ " $names" == *" layer "*" lower "* && ! $names =~ (home|root|var|tmp|dev|run|mnt|work) ]] || { echo "$names" >&2 && return 1; }
  [[ ! -e /proc/$server/root$PWD/secret && -e secret ]]
  [[ $(ls "/proc/$server/root/layer") == $'upper\nwork' && $(ls "/proc/$server/root/etc") == ld.so.cache ]]
  # What is mounted there can be written to in two places, its own /proc and its layer.
  [[ $(awk '$6 !~ /^ro/ { print $5 }' "/proc/$server/mountinfo" | sort) == $'/layer\n/proc' ]]
  [[ $(ls -d "/proc/$server/root/proc/"[0-9]*) == "/proc/$server/root/proc/1" ]]
  for kind in mnt pid net ipc user; do [[ $(readlink "/proc/$server/ns/$kind") != $(readlink "/proc/self/ns/$kind") ]]; done
  # Nothing that the caller had open.
  for fd in "/proc/$server/fd/"*; do
    [[ $(readlink "$fd") != "$PWD"* && $(readlink "$fd") != socket:* ]]
  done
  release "$holder"
  eventually test ! -e "/proc/$server"
}

@test "single ids: the map is one line, and files belong to the caller" {
  mkdir v
  succeeds run -v "$PWD/v:/v" "$(image)" \
    sh -c 'cat /proc/self/uid_map /proc/self/gid_map /proc/self/setgroups; touch /v/root'
  [[ $(tr -s ' ' <<<"$output") == $(printf ' 0 %d 1\n 0 %d 1\ndeny' "$(id -u)" "$(id -g)") ]]
  snug run -u 1000:1000 -v "$PWD/v:/v" "$(image)" touch /v/other
  [[ $(stat -c %u:%g v/root v/other | sort -u) == "$(id -u):$(id -g)" ]]
}

@test "a range of ids: root is the caller, the others are subordinate ids of the caller's and nobody else's" {
  need_range
  local first
  mkdir -m 0777 v
  first=$(awk -F: -v user="$(id -un)" '$1 == user { print $2; exit }' /etc/subuid)
  succeeds run --ids range -v "$PWD/v:/v" "$(image)" \
    sh -c 'cat /proc/self/uid_map; touch /v/0 /v/1 /v/1000; chown 1:1 /v/1; chown 1000:1000 /v/1000'
  [[ $(tr -s ' ' <<<"$output") == $(printf ' 0 %d 1\n 1 %d 65535' "$(id -u)" "$first") ]] ||
    [[ $(tr -s ' ' <<<"$output") == $(printf ' 0 %d 1\n 1 %d 65536' "$(id -u)" "$first") ]]
  [[ $(stat -c %u v/0) == "$(id -u)" ]]
  [[ $(stat -c %u v/1) == "$first" && $(stat -c %u v/1000) == $((first + 999)) ]]
  snug run --ids range -v "$PWD/v:/v" "$(image)" sh -c 'rm /v/*'
}

@test "two sandboxes of one user do not see each other: processes, signals, memory, files, sockets, queues" {
  hold one --profile untrusted --
  local one=$holder pid socket
  # By every number that a process of the first one has anywhere.
  for pid in "$one" $(descendants "$one") $(cat one/pid); do
    run snug run --seccomp off host sh -c "kill -0 $pid"
    [[ $status != 0 || $pid -le 3 ]] || { echo "signal reaches $pid" >&2 && return 1; }
    run snug run --seccomp off host sh -c "tr '\\0' ' ' </proc/$pid/cmdline"
    [[ $output != *"$mark"* ]]
  done
  succeeds run host sh -c 'cat /proc/[0-9]*/cmdline | tr "\0" " "'
  [[ $output != *"$mark"* ]]
  release "$one"

  # Where each has the same directories, they are not the same.
  "$SNUG" run "$(image)" \
    sh -c "echo $mark | tee /tmp/x /dev/shm/x /root/x /etc/x; sleep 1000; : $mark" >up 3>&- &
  one=$!
  eventually --of "$one" test -s up
  succeeds run "$(image)" sh -c 'cat /tmp/x /dev/shm/x /root/x /etc/x 2>/dev/null; ls -A /dev/shm; exit 0'
  [[ -z $output ]]
  release "$one"

  # An abstract socket and a port of the one.
  need perl
  "$SNUG" run host perl -MSocket -e '
    socket(my $u, AF_UNIX, SOCK_STREAM, 0); bind($u, pack("S a*", AF_UNIX, "\0neighbour")); listen($u, 5);
    socket(my $t, AF_INET, SOCK_STREAM, 0); bind($t, sockaddr_in(4242, INADDR_LOOPBACK)); listen($t, 5);
    $| = 1; print "up"; sleep 1000' "$mark" >up2 3>&- &
  one=$!
  eventually --of "$one" test -s up2
  for socket in 'pack("S a*", AF_UNIX, "\0neighbour")' 'sockaddr_in(4242, INADDR_LOOPBACK)'; do
    run snug run host perl -MSocket -e \
      "socket(my \$s, unpack('S', $socket), SOCK_STREAM, 0); print connect(\$s, $socket) ? 'reached' : 'no'"
    [[ $output == no ]] || { echo "$socket: $output" >&2 && return 1; }
  done
  release "$one"
}

@test "from outside only the caller reaches in: init is closed to its own user" {
  hold one --profile untrusted --
  local child init
  # The others copy what is redirected, and serve the image.
  for child in $(pgrep -P "$holder"); do
    if [[ $(awk '/^NSpid:/ { print NF }' "/proc/$child/status") == 3 && $(cat "/proc/$child/comm") == snug ]]; then init=$child; fi
  done
  for file in mem environ exe maps; do
    run cat "/proc/$init/$file"
    [[ $status != 0 ]] || { echo "/proc/INIT/$file opens" >&2 && return 1; }
  done
  release "$holder"
}

@test "snug's own file, the caller's, is the same afterwards, and was never open for writing" {
  cp "$SNUG" mine
  local before
  before=$(sha256sum mine && stat -c '%Y %Z %a' mine)
  SNUG=$PWD/mine snug run -v "$PWD:/work" -w / host sh -c '
    for i in 1 2 3 4 5; do for e in /proc/[0-9]*/exe; do (: >>"$e"); (: >"$e"); done; done; exit 0' 2>/dev/null
  [[ $(sha256sum mine && stat -c '%Y %Z %a' mine) == "$before" ]]
}

@test "the files that a command line names are no way to others: a volume's neighbours stay out" {
  mkdir -p d/in d/out
  echo private >d/out/file
  ln -s ../out d/in/link
  ln -s "$PWD/d/out" d/in/absolute
  run snug run -v "$PWD/d/in:/v" host sh -c 'cat /v/link/file /v/absolute/file /v/../out/file; ls /v/.. /v/link/'
  [[ $output != *private* ]]
}
