#!/usr/bin/env bats
# Host files and directories inside.
load helper

prepare() {
  mkdir -p src/sub
  echo data >src/file
}

@test "a read-only volume can be read and not written" {
  prints data run -v "$PWD/src:/x:ro" host cat /x/file
  before=$(tree src)
  run snug run -v "$PWD/src:/x:ro" host sh -c 'echo no >/x/file || echo refused; touch /x/new || echo refused; rm /x/file || echo refused'
  [[ $(grep -c '^refused' <<<"$output") == 3 ]]
  [[ $(tree src) == "$before" ]]
}

@test "a volume is writable unless it says ro, as docker's" {
  succeeds run -v "$PWD/src:/x" host sh -c 'echo new >/x/made'
  [[ $(cat src/made) == new && -O src/made ]]
  succeeds run -v "$PWD/src:/x:rw" host sh -c 'echo again >/x/made'
  [[ $(cat src/made) == again ]]
}

@test "files made inside are the caller's, whoever the payload is" {
  local img=$(image)
  succeeds run -v "$PWD/src:/x" "$img" touch /x/as-root
  succeeds run -u 1234 -v "$PWD/src:/x" "$img" touch /x/as-1234
  [[ -O src/as-root && -O src/as-1234 ]]
}

@test "a relative source is relative to the working directory" {
  prints data run -v ./src:/x:ro host cat /x/file
  prints data run -v ./src/file:/f:ro host cat /f
  # Without ./ docker takes it for the name of a volume.
  refuses src/file run -v src/file:/f:ro host cat /f
}

@test "a single file" {
  prints data run -v "$PWD/src/file:/etc/my.conf:ro" host cat /etc/my.conf
}

@test "names with blanks, unicode, quotes and a backslash" {
  local name=$'a b\tü"\'\\'
  mkdir "$name"
  echo odd >"$name/f"
  prints odd run -v "$PWD/$name:/x:ro" host cat /x/f
  prints odd run -v "$PWD/$name:/$name:ro" host cat "/$name/f"
}

@test "the source's symlinks are followed, by the caller's rights" {
  ln -s src link
  prints data run -v "$PWD/link:/x:ro" host cat /x/file
}

@test "a target that is not there is made in the sandbox and not on the host" {
  local img=$(image) before
  before=$(find "$img" -maxdepth 2 | sort)
  prints data run -v "$PWD/src:/not/there/yet:ro" "$img" cat /not/there/yet/file
  [[ $(find "$img" -maxdepth 2 | sort) == "$before" ]]
}

@test "volumes inside volumes, in whichever order they are named" {
  mkdir inner && echo inner >inner/f
  prints $'data\ninner' run -v "$PWD/src:/x" -v "$PWD/inner:/x/sub" host cat /x/file /x/sub/f
  prints $'data\ninner' run -v "$PWD/inner:/x/sub" -v "$PWD/src:/x" host cat /x/file /x/sub/f
  [[ -z $(ls src/sub) ]]
}

@test "read-only holds for mounts below the source too" {
  need unshare
  run unshare -rm bash -c "mount -t tmpfs t '$PWD/src/sub' && '$SNUG' run -v '$PWD/src:/x:ro' host touch /x/sub/f"
  ((status != 0))
  [[ $output == *"Read-only file system"* ]]
}

# Linux before 5.12 has no mount_setattr(2): each mount is remounted by itself, also one whose name mountinfo escapes, and
# what the caller's mounts forbid stays forbidden.
@test "read-only holds for mounts below the source without mount_setattr too" {
  need unshare perl
  mkdir src/below 'src/a b\c'
  cat >outer <<'END'
mount -t tmpfs -o noexec,noatime t src/below && mkdir src/below/deep && mount -t tmpfs t src/below/deep &&
  mount -t tmpfs covering src/below/deep &&
  mount -t tmpfs t 'src/a b\c' && exec "$0" attributes "$SNUG" run -v "$PWD/src:/s:ro" -v "$PWD/src:/w" host sh -c '
    for directory in /s /s/below /s/below/deep "/s/a b\c"; do touch "$directory/new" && exit 1; done
    touch /w/new /w/below/new "/w/a b\c/new" || exit 1
    grep -E " /[sw][ /]" /proc/self/mountinfo'
END
  run unshare -rm sh -c "$(cat outer)" "$support/refuse-calls"
  ((status == 0))
  output=$(grep -vE ' /[sw]/below/deep .* - tmpfs t ' <<<"$output")  # covered
  [[ $(grep -cE ' /s[^ ]* ro,nosuid,nodev' <<<"$output") == 4 && $(grep -cE ' /w[^ ]* rw,nosuid,nodev' <<<"$output") == 4 ]]
  [[ $(grep -cE ' /[sw]/below [^ ]*,noexec,noatime' <<<"$output") == 2 ]]
}

@test "a mount below the source comes along" {
  need unshare
  run unshare -rm bash -c "mount -t tmpfs t '$PWD/src/sub' && echo deep >'$PWD/src/sub/f' && '$SNUG' run -v '$PWD/src:/x:ro' host cat /x/sub/f"
  [[ $status == 0 && $output == deep ]]
}

@test "volumes are nosuid and nodev" {
  succeeds run -v "$PWD/src:/x" host grep ' /x ' /proc/self/mountinfo
  [[ $output == *nosuid* && $output == *nodev* ]]
}

@test "docker's long form" {
  prints data run --mount "type=bind,source=$PWD/src,target=/x,readonly" host cat /x/file
  run snug run --mount "type=bind,source=$PWD/src,target=/x,readonly" host touch /x/no
  ((status != 0))
  succeeds run --mount "type=bind,src=$PWD/src,dst=/x" host touch /x/yes
  [[ -e src/yes ]]
  succeeds run --mount type=tmpfs,target=/t host touch /t/f
}

@test "a tmpfs has the size and the mode asked for" {
  succeeds run --tmpfs /t:size=1m,mode=0700 host stat -f -c %T /t
  [[ $output == tmpfs ]]
  prints 700 run --tmpfs /t:size=1m,mode=0700 host stat -c %a /t
  run snug run --tmpfs /t:size=1m host dd if=/dev/zero of=/t/f bs=64k count=64
  ((status != 0))
  [[ $output == *"No space left on device"* ]]
}

@test "no volume, no trace of the caller's files" {
  echo private >"$HOME/private"
  run snug run host sh -c "cat '$HOME/private' '$PWD/src/file'; ls -A '$HOME'"
  [[ $output != *private$'\n'* && $output != *data* ]]
}

@test "a hundred volumes" {
  local i arguments=()
  for i in {1..100}; do arguments+=(-v "$PWD/src:/m/$i:ro"); done
  prints 100 run "${arguments[@]}" host sh -c 'cat /m/*/file | wc -l'
}

@test "a source that is not there is refused, and nothing is made" {
  refuses nothing-here run -v "$PWD/nothing-here:/x" host true
  [[ ! -e nothing-here ]]
}

@test "a directory on a file and a file on a directory are refused" {
  refuses /etc/passwd run -v "$PWD/src:/etc/passwd" "$(image)" true
  refuses /etc run -v "$PWD/src/file:/etc" "$(image)" true
}

@test "a socket and a fifo can be handed in" {
  mkfifo pipe
  (echo through >pipe) &
  local writer=$!
  prints through run -v "$PWD/pipe:/p" host cat /p
  wait "$writer"
  perl -MSocket -e 'socket(my $s, AF_UNIX, SOCK_STREAM, 0); bind($s, pack_sockaddr_un("socket")) or die $!; listen($s, 1); accept(my $c, $s); print $c "hello"' &
  writer=$!
  eventually test -S socket
  prints hello run -v "$PWD/socket:/s" host perl -MSocket -e 'socket(my $s, AF_UNIX, SOCK_STREAM, 0); connect($s, pack_sockaddr_un("/s")) or die $!; print <$s>'
  wait "$writer"
}
