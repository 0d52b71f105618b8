#!/usr/bin/env bats
# Directories of the caller's as copy-on-write views, and what stays closed in one that is writable.
load helper

prepare() {
  mkdir -p project/sub project/.git/hooks
  echo original >project/file
  echo '[core]' >project/.git/config
  ln -s file project/link
  tree >"$BATS_TEST_TMPDIR/before"
}
# The project as it is on the host: names, modes, times, links, content.
tree() { (cd project && find . -printf '%p %m %s %T@ %l\n' | sort && find . -type f -exec sha256sum {} + | sort -k 2); }
untouched() { diff "$BATS_TEST_TMPDIR/before" <(tree); }

# The same without times: a file has come and gone.
untouched_content() { diff <(cut -d" " -f1,2,3,5 "$BATS_TEST_TMPDIR/before") <(tree | cut -d" " -f1,2,3,5); }

change='cd /w && echo changed >file && echo new >sub/new && rm link && mkdir dir && mv sub moved && chmod 700 dir'

@test "a view can be changed in every way, and the host's directory stays as it is" {
  need_fuse
  local kind
  for kind in host "$(image)" "--writable disk $(image)" "--read-only $(image)" "--overlay fuse host" "--overlay fuse $(image)"; do
    # shellcheck disable=SC2086 # options and image are words of their own
    prints $'changed\nnew\n.git\ndir\nfile\nmoved' run -v "$PWD/project:/w:cow" $kind sh -ec "$change; cat file moved/new; ls -A"
    untouched
  done
}

@test "several views, one of them beside a writable mount of the same directory" {
  mkdir other && echo o >other/o
  prints $'original\n1\n2' run -v "$PWD/project:/w:cow" -v "$PWD/other:/o:cow" -v "$PWD/project:/real" host \
    sh -ec 'cat /w/file; echo 1 >/w/file; echo 2 >/o/o; cat /w/file /o/o; echo real >/real/sub/real'
  [[ $(cat other/o project/file project/sub/real) == $'o\noriginal\nreal' ]]
}

@test "a view is one file system with its own root, and gives no devices and no setuid" {
  succeeds run -v "$PWD/project:/w:cow" host sh -c 'grep " /w " /proc/self/mountinfo'
  [[ $output == *nosuid*nodev*" - "@(overlay|fuse)" "* ]]
  [[ $(snug run -v "$PWD/project:/w:cow" host ls -A /) != *snug-cow* ]]
  succeeds run --overlay fuse -v "$PWD/project:/w:cow" host grep " /w " /proc/self/mountinfo
  [[ $output == *nosuid,nodev*" - fuse "* ]]
}

@test "a view's layer on disk is gone after the run, and after a kill -9 with the next one" {
  succeeds run --writable disk -v "$PWD/project:/w:cow" host sh -c 'echo x >/w/x'
  [[ -z $(ls -A "$XDG_DATA_HOME/snug/throwaway") ]]
  "$SNUG" run --writable disk -v "$PWD/project:/w:cow" host sh -c "echo x >/w/x; : $mark; sleep 1000" &
  local pid=$!
  written() { ls "$XDG_DATA_HOME"/snug/throwaway/run-*/cow/*/upper/x >/dev/null 2>&1; }
  eventually --of "$pid" written
  kill -9 "$pid"
  wait "$pid" || true
  gone "$mark"
  succeeds run --writable disk "$(image)" true
  untouched
}

@test "a kept container's views keep their own changes, whichever of them are there" {
  need_fuse
  mkdir a b
  cat >box.toml <<END
image = "host"
[[mount]]
type = "cow"
source = "$PWD/a"
target = "/a"
optional = true
[[mount]]
type = "cow"
source = "$PWD/b"
target = "/b"
END
  # Each view that is there: what it has from before, and a line more.
  # shellcheck disable=SC2016 # expanded inside
  local overlay add='for d in a b; do
    if grep -q " /$d " /proc/self/mountinfo; then if [ -e /$d/log ]; then cat /$d/log; fi; echo "of $d" >>/$d/log; fi; done'
  for overlay in native fuse; do
    prints "" run --profile ./box.toml --overlay "$overlay" --name box -- sh -c "$add"
    mv a elsewhere
    prints "of b" start -a box
    mv elsewhere a
    prints $'of a\nof b\nof b' start -a box
    succeeds rm box
  done
  [[ -z $(find a b -name log) ]]
}

@test "a full view says ENOSPC inside, and bounds what it takes" {
  if ! kernel_since 6.6; then  # its tmpfs has no user xattrs, and the view lies on disk
    refuses "cannot be bounded" run --size 4M -v "$PWD/project:/w:cow" host true
    return
  fi
  run snug run --size 4M -v "$PWD/project:/w:cow" host sh -c 'head -c 8M /dev/zero >/w/big'
  [[ $status != 0 && $output == *"No space left"* ]]
  untouched
}

@test "what no view can be made of is refused with the reason" {
  refuses "not a directory" run -v "$PWD/project/file:/w:cow" host true
  refuses "No such file" run -v "$PWD/missing:/w:cow" host true
}

@test "untrusted: this directory can be changed for the command, and not for you" {
  pushd project
  prints $'/work\nchanged' run --profile untrusted -- sh -ec 'pwd; echo changed >file; rm -r sub .git; cat file'
  popd
  untouched
}

@test "untrusted: nothing else can be written" {
  cd project
  succeeds run --profile untrusted -- sh -c 'for d in / /etc /home /run /usr /dev /dev/pts /var /root /opt /sys /proc; do
    if touch "$d/x" 2>/dev/null; then echo "$d"; fi; done
    for d in /tmp /var/tmp /dev/shm /work "$HOME"; do touch "$d/x" || echo "not $d"; done'
  [[ -z $output ]]
}

@test "untrusted, writable: hooks and settings that the host's tools act upon stay closed" {
  pushd project
  succeeds run --profile untrusted -v "$PWD:/work" -- sh -c 'echo x >new
    for f in .git/config .git/hooks/pre-commit .git/commondir .git/new; do if echo x 2>/dev/null >>$f; then echo "wrote $f"; fi; done
    for f in .git .git/hooks .git/config; do
      if rm $f 2>/dev/null || rmdir $f 2>/dev/null || perl -e "exit !rename \"$f\", \"moved\""; then echo "took $f"; fi
    done'
  [[ -z $output && -f new ]]
  rm new
  popd
  untouched_content
}

@test "untrusted, writable: a file that the host's tools act upon and that was not there is told at the end" {
  cd project
  run snug run --profile untrusted -v "$PWD:/work" -- sh -c 'echo x >.envrc'
  [[ $status == 0 && $output == *"has made $PWD/.envrc"* ]]
  run snug run --profile untrusted -v "$PWD:/work" -- true
  [[ $output != *"has made"* ]]
}

@test "untrusted, writable: a link for a closed name is refused" {
  cd project
  rm -r .git && ln -s sub .git
  refuses "is a link" run --profile untrusted -v "$PWD:/work" -- true
}

@test "a descriptor of the caller's file gives what it was opened for, and no more" {
  echo before >in
  snug run host sh -c 'echo out >/dev/stdout; echo err >/dev/stderr' >out 2>err
  [[ $(cat out err) == $'out\nerr' ]]
  [[ $(snug explain host true) == *"by Landlock (ABI "* ]] || lacks "Landlock"
  snug run host sh -c 'cat /dev/stdin; echo planted >/dev/stdin' <in >out 2>/dev/null || true
  [[ $(cat in out) == $'before\nbefore' ]]
  snug run host sh -c 'echo p >/dev/stdout' | grep -q p
}

@test "a directory as a standard descriptor is refused" {
  run snug run host true </
  [[ $status == 125 && $output == *"is a directory"* ]]
}

@test "Landlock: explain says what it closes, and switched off it is not in the plan" {
  [[ $(snug explain host true) == *"by Landlock (ABI "* ]] || lacks "Landlock"
  printf '[security]\nlandlock = false\n' >off.toml
  succeeds explain --profile ./off.toml host true
  absent Landlock <<<"$output"
  printf '[security]\nlandlock = true\nnested-userns = true\n' >both.toml
  refuses "refuses every mount" run --profile ./both.toml host true
}

# Without the second wall this would be open: that it is shut shows the wall.
@test "Landlock: a file on the host cannot be written through a descriptor that was opened for reading" {
  [[ $(snug explain host true) == *"by Landlock (ABI "* ]] || lacks "Landlock"
  printf '[security]\nlandlock = false\n' >off.toml
  echo before >in
  snug run --profile ./off.toml host sh -c 'echo planted >/proc/self/fd/0' <in
  [[ $(cat in) == planted ]]
  echo before >in
  run snug run host sh -c 'echo planted >/proc/self/fd/0' <in
  [[ $status != 0 && $(cat in) == before ]]
}

@test "Landlock: with the host's network its abstract sockets are still out of reach" {
  need python3
  (($(snug explain --network host host true | sed -n 's/.*(ABI \([0-9]*\)).*/\1/p') >= 6)) || lacks "scopes in its Landlock (Linux 6.12)"
  python3 - "$mark" <<'END' &
import socket, sys, time
s = socket.socket(socket.AF_UNIX); s.bind("\0" + sys.argv[1]); s.listen(); time.sleep(1000)
END
  local pid=$! connect="import socket; socket.socket(socket.AF_UNIX).connect('\\0$mark')"
  eventually --of "$pid" python3 -c "$connect" 2>/dev/null
  run snug run --network host host python3 -c "$connect"
  kill "$pid"
  [[ $status == 1 && $output == *PermissionError* ]]
}

@test "untrusted: a redirected file gets what is written, and nothing else can be done to it" {
  echo kept >log
  chmod 640 log in 2>/dev/null || true
  printf 'one\ntwo\n' >in
  local before
  before=$(stat -c '%a %Y' in)
  mkdir p && cd p
  # shellcheck disable=SC2016
  local attack='import os, sys
for fd in 0, 1, 2:
  for act in (lambda: os.fchmod(fd, 0o666), lambda: os.ftruncate(fd, 0), lambda: os.utime(fd, (1, 1))):
    try: act()
    except OSError: pass
sys.stdout.write(sys.stdin.read()); sys.stdout.flush(); sys.stderr.write("err\n")'
  snug run --profile untrusted -- python3 -c "$attack" <../in >>../log 2>&1
  [[ $(cat ../log) == $'kept\none\ntwo\nerr' && $(stat -c %a ../log) == 640 && $(stat -c '%a %Y' ../in) == "$before" ]]
}

@test "untrusted: what is written to a file is all there when snug ends, and its order is kept" {
  mkdir p && cd p
  snug run --profile untrusted -- sh -c 'head -c 3000000 /dev/zero; echo end' >../out
  [[ $(stat -c %s ../out) == 3000004 && $(tail -c 4 ../out) == end ]]
  snug run --profile untrusted -- sh -c 'for i in 1 2 3 4 5 6; do echo $i; echo e$i >&2; done' >../out 2>&1
  [[ $(tr '\n' ' ' <../out) == "1 e1 2 e2 3 e3 4 e4 5 e5 6 e6 " ]]
  # Input that the command leaves alone holds nobody up.
  head -c 3000000 /dev/zero >../in
  snug run --profile untrusted -- true <../in
  # What takes no more ends it.
  into_full() { snug run --profile untrusted -- cat /dev/zero >/dev/full; }
  run into_full
  [[ $status != 0 && $status != 124 ]] || fail_with "an end by the full device"
}

@test "untrusted: a full disk behind a redirected output is told" {
  mkdir p && cd p
  (ulimit -f 100 && "$SNUG" run --profile untrusted -- sh -c 'head -c 1000000 /dev/zero' >../big 2>../err) && return 1
  grep -q "write what the command wrote to standard output" ../err
}
