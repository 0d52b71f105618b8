#!/usr/bin/env bats
# The writable layer over an image, once for each driver: $SNUG_TEST_OVERLAY is native or fuse.
load helper
overlay_kind=${SNUG_TEST_OVERLAY:-native}

prepare() {
  if [[ $overlay_kind == fuse ]]; then need_fuse; fi
  img=$(image)
}
over() { snug run --overlay "$overlay_kind" "$@"; }
# works SCRIPT: exits with 0 under sh -e in the test image.
works() {
  run over "$img" sh -ec "$1"
  [[ $status == 0 ]] || { echo "$output" >&2 && return 1; }
}

@test "the root is what was asked for" {
  run --separate-stderr over "$img" stat -f -c %T /
  if [[ $overlay_kind == native ]]; then [[ $output == overlayfs ]]; else [[ $output == fuse* ]]; fi
}

@test "files of the image can be changed, deleted, renamed and made anew" {
  works 'echo new >/etc/hostname.test; [ "$(cat /etc/hostname.test)" = new ]'
  works 'echo more >>/etc/debian_version; [ "$(tail -n1 /etc/debian_version)" = more ]'
  works 'rm /etc/debian_version; [ ! -e /etc/debian_version ]; echo again >/etc/debian_version; [ "$(cat /etc/debian_version)" = again ]'
  works 'mv /etc/debian_version /etc/moved; [ ! -e /etc/debian_version ]; [ -s /etc/moved ]'
  works 'chmod 600 /etc/debian_version; [ "$(stat -c %a /etc/debian_version)" = 600 ]'
  works 'ln /etc/debian_version /etc/second; echo x >>/etc/second; tail -n1 /etc/debian_version | grep -qx x'
  works 'ln -sf nowhere /etc/debian_version; [ "$(readlink /etc/debian_version)" = nowhere ]'
  works 'truncate -s 3 /etc/debian_version; [ "$(stat -c %s /etc/debian_version)" = 3 ]'
}

@test "directories of the image can be emptied, removed, replaced and moved" {
  works 'rm -r /usr/share/doc; [ ! -e /usr/share/doc ]; mkdir /usr/share/doc; [ -z "$(ls -A /usr/share/doc)" ]'
  # mv copies and removes where the driver says EXDEV; that of Debian 11, 1.4, then finds directories that are not empty.
  [[ $overlay_kind == fuse ]] && ! kernel_since 5.11 ||
    works 'mv /usr/share/doc /usr/share/moved; [ ! -e /usr/share/doc ]; [ -n "$(ls -A /usr/share/moved)" ]'
  works 'rm -r /etc/apt; echo file >/etc/apt; [ -f /etc/apt ]'
  works 'rm -rf /usr/share/doc; mkdir -p /usr/share/doc/a/b; touch /usr/share/doc/a/b/c; [ "$(ls -A /usr/share/doc)" = a ]'
}

@test "times and user attributes are kept" {
  works 'touch -d @1000 /etc/debian_version; [ "$(stat -c %Y /etc/debian_version)" = 1000 ]'
  [[ $(uname -m) == x86_64 ]] || lacks "the numbers of this machine's system calls"
  # setxattr and getxattr
  run --separate-stderr over "$img" perl -e 'my ($f, $n, $v) = ("/etc/debian_version", "user.test", "value"); my $got = " " x 5;
    syscall(188, $f, $n, $v, 5, 0) == 0 or die "set: $!"; syscall(191, $f, $n, $got, 5) == 5 or die "get: $!"; print $got'
  [[ $status == 0 && $output == value ]] || fail_with value
}

@test "the driver says nothing on the payload's standard error" {
  run --separate-stderr over "$img" true
  [[ $status == 0 && -z $output && -z $stderr ]] || fail_with "no word"
}

@test "the image is not changed by any of it" {
  local before=$(tree "$img")
  over "$img" sh -c 'rm -rf /usr/share /var /etc; echo x >/new; chmod -R 700 /usr/lib/apt; touch -d @0 /usr/bin/*; ln /usr/bin/env /hard' || true
  over "$img" sh -c 'cat /usr/bin/* >/dev/null; ls -R / >/dev/null 2>&1' || true
  [[ $(tree "$img") == "$before" ]]
}

@test "what one run writes the next does not see" {
  over "$img" touch /left-behind
  run over "$img" ls /left-behind
  ((status != 0))
}

# FUSE names ids in its mount options, and the kernel wants them to be mapped.
@test "the payload can be any user, also where root is not mapped" {
  run over -u 1000:1001 "$img" sh -c 'id -u; id -g; touch /tmp/x && stat -c %u:%g /tmp/x'
  [[ $status == 0 && $output == $'1000\n1001\n1000:1001' ]]
}

@test "two runs of one image at once do not see each other" {
  mkfifo go
  over -v "$PWD/go:/go" "$img" sh -c 'echo one >/same; cat /go >/dev/null; cat /same' >first &
  local job=$!
  [[ $(over "$img" sh -c 'ls /same 2>/dev/null; echo two >/same; cat /same') == two ]]
  echo >go
  wait "$job"
  [[ $(cat first) == one ]]
}

@test "a read-only root refuses writes, and /tmp and volumes take them" {
  mkdir v
  run over --read-only "$img" touch /new
  ((status != 0))
  [[ $output == *"Read-only file system"* ]]
  run over --read-only "$img" sh -c 'echo x >>/etc/debian_version'
  ((status != 0))
  over --read-only -v "$PWD/v:/v" "$img" sh -ec 'echo ok >/tmp/f; echo ok >/v/f; echo ok >/dev/shm/f'
  [[ $(cat v/f) == ok ]]
}

@test "layers stack: the topmost wins, the others show through" {
  mkdir -p stack/{a,b}/etc stack/b/only-b
  echo a >stack/a/etc/which && echo a >stack/a/etc/only-a && echo b >stack/b/etc/which
  printf 'layers = ["%s", "a", "b"]\n' "$img" >stack/image.toml
  run --separate-stderr over ./stack sh -ec 'cat /etc/which /etc/only-a; ls -d /only-b; test -x /usr/bin/apt-get'
  [[ $status == 0 && $output == $'b\na\n/only-b' ]]
}

@test "a hundred layers" {
  local i list=""
  mkdir stack
  for ((i = 1; i <= 99; ++i)); do
    mkdir -p "stack/layer-with-a-long-name-so-that-the-paths-alone-are-more-than-a-page-$i/n"
    echo "$i" | tee "stack/layer-with-a-long-name-so-that-the-paths-alone-are-more-than-a-page-$i/n/$i" \
      >"stack/layer-with-a-long-name-so-that-the-paths-alone-are-more-than-a-page-$i/top"
    list+=", \"layer-with-a-long-name-so-that-the-paths-alone-are-more-than-a-page-$i\""
  done
  printf 'layers = ["%s"%s]\n' "$img" "$list" >stack/image.toml
  run --separate-stderr over ./stack sh -ec 'cat /top; ls /n | wc -l'
  [[ $status == 0 && $output == $'99\n99' ]]
}

@test "an image in a directory with blanks, colons, commas, a backslash and quotes in its name" {
  local name=$'odd, name: with\\ "all" of\'it'
  small_image "$name"
  run --separate-stderr over "./$name" sh -c 'echo x >/new; cat /new'
  [[ $status == 0 && $output == x ]]
}

@test "an image named through a symlink, by a relative path, and as the working directory" {
  small_image plain
  ln -s plain link
  [[ $(over ./link sh -c 'echo yes') == yes ]]
  cd plain
  [[ $(over . sh -c 'echo yes') == yes ]]
}

@test "an image by its name in the store" {
  mkdir -p "$XDG_DATA_HOME/snug/images"
  small_image "$XDG_DATA_HOME/snug/images/tiny"
  [[ $(over tiny sh -c 'echo yes') == yes ]]
}

@test "a writable layer on disk is removed at the end" {
  over --writable disk "$img" sh -ec 'head -c 1M /dev/zero >/big; rm -r /usr/share/doc; mkdir -m 0 /closed'
  [[ -z $(find "$XDG_DATA_HOME" -type f -size +0 2>/dev/null) ]]
  [[ -z $(find "$XDG_DATA_HOME/snug/throwaway" -mindepth 1 2>/dev/null) ]]
}

@test "a writable layer on disk that a kill -9 left behind is removed by the next run" {
  mkfifo up
  "$SNUG" run --overlay "$overlay_kind" --writable disk -v "$PWD/up:/up" "$img" sh -c "mkdir -m 0 /closed; echo >/up; sleep 300; : $mark" &
  local pid=$!
  read -r <up
  [[ -n $(find "$XDG_DATA_HOME/snug" -mindepth 2 2>/dev/null) ]]
  kill -9 "$pid"
  gone "$mark"
  over --writable disk "$img" true
  [[ -z $(find "$XDG_DATA_HOME/snug/throwaway" -mindepth 1) ]]
}

@test "a writable layer on disk that is in use is left alone" {
  mkfifo up go
  over --writable disk -v "$PWD/up:/up" -v "$PWD/go:/go" "$img" sh -c 'echo mine >/mine; echo >/up; cat /go >/dev/null; cat /mine' >out &
  local job=$!
  read -r <up
  over --writable disk "$img" true
  echo >go
  wait "$job"
  [[ $(cat out) == mine ]]
}

@test "a bound on the writable layer holds" {
  if [[ $overlay_kind == fuse ]] || ! kernel_since 6.6; then  # on disk
    exits 125 run --overlay "$overlay_kind" --size 8m "$img" true
    return
  fi
  run over --size 8m "$img" dd if=/dev/zero of=/big bs=64k count=1024
  ((status != 0))
  [[ $output == *"No space left on device"* ]]
  works 'true'
}

# A layer above a small image with one thing at one path.
hostile() {
  rm -rf stack && mkdir -p stack/top canary
  echo untouched >canary/file
  small_image stack/base
  printf 'layers = ["base", "top"]\n' >stack/image.toml
}

@test "symlinks in the image where snug mounts do not lead out of it" {
  local path target before
  for path in dev proc sys etc tmp root run; do
    for target in "$PWD/canary" ../../../../../../../../../../../../"$PWD/canary" /proc/self/root"$PWD/canary" nowhere "$path"; do
      hostile
      before=$(tree canary)
      rm -rf "stack/base/$path"
      ln -s "$target" "stack/top/$path"
      run over ./stack sh -c 'echo inside >/dev/null; echo x >/etc/x; echo x >/tmp/x; echo x >/root/x; cat /etc/hosts /proc/1/comm >/dev/null; exit 0'
      [[ $status == 0 || $status == 125 ]] || { echo "$path -> $target: $status $output" >&2 && return 1; }
      [[ $(tree canary) == "$before" ]] || { echo "$path -> $target changed the canary" >&2 && return 1; }
    done
  done
}

@test "symlinks in the image at the files snug makes do not lead out of it" {
  local path before
  for path in etc/hosts etc/resolv.conf etc/hostname etc/passwd etc/group; do
    hostile
    before=$(tree canary)
    mkdir -p stack/top/etc
    ln -s "$PWD/canary/file" "stack/top/$path"
    run over --network host ./stack sh -c 'cat /etc/hosts >/dev/null; exit 0'
    [[ $status == 0 || $status == 125 ]]
    [[ $(tree canary) == "$before" ]]
  done
}

@test "a volume, a tmpfs and a working directory on a symlink of the image stay inside" {
  hostile
  mkdir v
  before=$(tree canary)
  ln -s "$PWD/canary" stack/top/out
  run over -v "$PWD/v:/out/x" ./stack sh -c 'echo x >/out/x/f; exit 0'
  [[ $status == 0 || $status == 125 ]]
  run over -v "$PWD/v:/out" ./stack sh -c 'echo x >/out/f; exit 0'
  [[ $status == 0 || $status == 125 ]]
  run over --tmpfs /out ./stack sh -c 'echo x >/out/f; exit 0'
  [[ $status == 0 || $status == 125 ]]
  run over -w /out/deeper ./stack sh -c 'echo x >f; exit 0'
  [[ $status == 0 || $status == 125 ]]
  [[ $(tree canary) == "$before" ]]
}

@test "fifos, files and loops where directories belong are refused, and nothing hangs" {
  local path kind
  for path in dev proc sys; do
    for kind in fifo file loop; do
      hostile
      rm -rf "stack/base/$path"
      case $kind in
        fifo) mkfifo "stack/top/$path" ;;
        file) echo >"stack/top/$path" ;;
        loop) ln -s "$path" "stack/top/$path" ;;
      esac
      run --separate-stderr timeout 200 "$SNUG" run --overlay "$overlay_kind" ./stack true
      [[ $status == 125 ]] || { echo "$path $kind: $status" >&2 && return 1; }
      [[ $stderr == *"/$path"* ]]
    done
  done
}

@test "an image without the directories that snug needs gets them inside only" {
  small_image bare
  rmdir bare/{dev,proc,sys,tmp}
  local before=$(tree bare)
  [[ $(over ./bare sh -c 'cat /proc/self/comm; echo x >/dev/null; echo yes') == *yes ]]
  [[ $(tree bare) == "$before" ]]
}

@test "a mount below the image: handled or refused with the reason" {
  need unshare
  small_image plain
  mkdir plain/below
  run unshare -rm bash -c "mount -t tmpfs t '$PWD/plain/below' && echo deep >'$PWD/plain/below/f' && '$SNUG' run --overlay $overlay_kind '$PWD/plain' cat /below/f"
  [[ $status == 0 && $output == *deep ]] || [[ $status == 125 && $output == *below* ]]
}

@test "a store on an overlay: handled or refused with the reason" {
  need unshare
  kernel_since 5.11 || lacks "an overlay for user namespaces"
  small_image plain
  mkdir -p lower up
  run unshare -rm bash -c "mount -t tmpfs t '$PWD/up' && mkdir '$PWD/up/'{u,w,m} &&
    mount -t overlay o -o lowerdir='$PWD/lower',upperdir='$PWD/up/u',workdir='$PWD/up/w',userxattr '$PWD/up/m' &&
    XDG_DATA_HOME='$PWD/up/m' '$SNUG' run --overlay $overlay_kind --writable disk '$PWD/plain' sh -c 'echo x >/x; cat /x'"
  [[ $status == 0 && $output == *x ]] || [[ $status == 125 && $output == *"snug: "* ]]
}

@test "without /dev/fuse the fuse driver is refused with the reason, and auto still runs" {
  need unshare
  small_image plain
  run -125 unshare -rm bash -c "mount -t tmpfs t /dev && '$SNUG' run --overlay fuse '$PWD/plain' sh -c 'echo x'"
  [[ $output == *fuse* ]]
}

@test "an image of another owner can be run, mounted into, and not changed" {
  # /usr is the superuser's, and with merged directories a root file system of its own.
  [[ -x /usr/bin/true && -e /usr/lib64/ld-linux-x86-64.so.2 ]] || lacks "a merged /usr"
  mkdir v
  echo in >v/file
  run over -v "$PWD/v:/share/new/deep" /usr sh -ec 'cat /share/new/deep/file /etc/hostname; ! touch /share/doc/x 2>/dev/null'
  [[ $status == 0 && $output == *in*snug* ]]
  [[ ! -e /usr/share/new ]]
}
