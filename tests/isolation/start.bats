#!/usr/bin/env bats
# Starting a sandbox with what a hostile image, project or environment brings: working directories, users, libraries.
load ../e2e/helper

prepare() {
  printf 'layers = ["%s", "top"]\n' "$(image)" >image.toml
  mkdir top
}
# with_config LINE…: the image's configuration.
with_config() {
  printf 'layers = ["%s", "top"]\n[config]\n' "$(image)" >image.toml
  printf '%s\n' "$@" >>image.toml
}

# CVE-2024-21626: a working directory in /proc leads to a directory that snug has open.
@test "a working directory in /proc is refused, as an option and as the image's" {
  local dir
  exec 7</ 9<"$HOME"
  for dir in /proc/self/fd/{0..20} /proc/self/cwd /proc/1/root /proc/1/cwd /proc/self/root /proc/thread-self/cwd \
    /proc/self/exe /dev/fd/7; do
    refuses "" run -w "$dir" "$(image)" pwd
    with_config "workdir = \"$dir\""
    refuses "" run "$PWD" pwd
  done
  exec 7<&- 9<&-
}

@test "a working directory with .. or without a slash is refused, as an option and as the image's" {
  local dir
  for dir in .. ../.. /.. /../../tmp /work/../.. dir ./dir /proc/self/fd/../cwd; do
    refuses "" run -w "$dir" "$(image)" pwd
    with_config "workdir = \"$dir\""
    refuses "" run "$PWD" pwd
  done
}

@test "a working directory that is a link of the image is refused or inside" {
  local target
  mkdir dir && touch dir/of-the-host
  for target in "$PWD/dir" "../../../../../../../../../..$PWD/dir" /proc/self/cwd /proc/1/root \
    "/proc/1/root$PWD/dir" place; do
    rm -rf top/place && ln -s "$target" top/place
    run snug run -w /place "$PWD" sh -c 'pwd -P; ls -A'
    [[ $status == 0 || $status == 125 ]]
    [[ $output != *of-the-host* && ($status == 125 || ${lines[0]} == /*) ]] ||
      { echo "$target: $output" >&2 && return 1; }
  done
}

# CVE-2016-3697, CVE-2026-30892.
@test "users that are neither names nor numbers are refused" {
  local user
  for user in "" " 0" "0 " 0x0 1e3 +0 -1 4294967295 4294967296 1000: :0 a:b:c $'0\n' $'\t0' 0: \
    99999999999999999999 nobody:4294967295; do
    refuses "" run -u "$user" "$(image)" id
  done
  # The option's own words aside, a number is a decimal number.
  prints 65534 run -u 65534 "$(image)" id -u
}

# CVE-2024-9676 and the class: the image's passwd is read by snug, outside.
@test "a passwd of the image that is a fifo, a device, a directory, a link, or huge holds nothing up" {
  mkdir top/etc
  local kind
  echo "outsider:x:4242:4242::/:/bin/sh" >passwd
  for kind in fifo directory "link $PWD/passwd" "link ../../../../../../../../..$PWD/passwd" "link /proc/self/fd/0" \
    "link /dev/zero" loop; do
    rm -rf top/etc/passwd
    case $kind in
      fifo) mkfifo top/etc/passwd ;;
      directory) mkdir top/etc/passwd ;;
      link*) ln -s "${kind#link }" top/etc/passwd ;;
      loop) ln -s passwd top/etc/passwd ;;
    esac
    SECONDS=0
    refuses "" run -u outsider "$PWD" id
    ((SECONDS < 5)) || { echo "$kind took $SECONDS s" >&2 && return 1; }
  done
  rm -rf top/etc/passwd
  truncate -s 1G top/etc/passwd
  SECONDS=0
  run snug run -u outsider "$PWD" id
  ((status == 125 && SECONDS < 10)) || { echo "1 GiB: $status after $SECONDS s" >&2 && return 1; }
}

# CVE-2016-3697: a user of the image who is called like a number.
@test "a number is never looked up as a name" {
  mkdir top/etc
  printf '1000:x:0:0::/root:/bin/sh\nroot:x:0:0::/root:/bin/sh\n' >top/etc/passwd
  prints 1000 run -u 1000 "$PWD" id -u
  with_config 'user = "1000"'
  prints 1000 run "$PWD" id -u
}

# make_library FILE: a shared library that leaves a marker wherever it is loaded.
make_library() {
  printf '#include <fcntl.h>\n__attribute__((constructor)) void run(void) { creat("%s/marker", 0600); }\n' \
    "$PWD" | gcc -shared -fPIC -x c -o "$1" -
}

# CVE-2019-14271, CVE-2022-1227: code of the image that a careless helper outside would load or run.
@test "nothing of the image runs outside, whatever its name" {
  need gcc
  mkdir -p top/{etc,bin,lib,usr/bin,usr/lib/x86_64-linux-gnu,usr/local/bin}
  make_library lib.so
  local name
  for name in libnss_files.so.2 libnss_compat.so.2 libnss_dns.so.2 libnss_evil.so.2 libc.so.6 evil.so; do
    cp lib.so "top/usr/lib/x86_64-linux-gnu/$name"
  done
  echo /usr/lib/x86_64-linux-gnu/evil.so >top/etc/ld.so.preload
  echo "passwd: evil files" >top/etc/nsswitch.conf
  for name in sh ps tar cp kill id newuidmap newgidmap fuse-overlayfs mount; do
    printf '#!/bin/bash\ntouch %q\n' "$PWD/marker" >"top/usr/bin/$name"
    chmod +x "top/usr/bin/$name"
  done
  run snug explain "$PWD" sh
  [[ ! -e marker ]]
  run -127 snug run -u nobody "$PWD" /no/such/program
  [[ ! -e marker ]]
  # And where it runs, it runs inside, where the marker's directory is not.
  snug run "$PWD" sh -c true || true
  [[ ! -e marker ]]
}

# CVE-2016-10122 and the class.
@test "a hostile environment steers nothing before the sandbox" {
  need gcc
  mkdir evil
  make_library evil/lib.so
  cp evil/lib.so evil/libc.so.6
  mkdir evil/bin
  local name
  for name in newuidmap newgidmap fuse-overlayfs mount sh ip; do
    printf '#!/bin/bash\ntouch %q\nexit 1\n' "$PWD/marker" >"evil/bin/$name"
    chmod +x "evil/bin/$name"
  done
  printf 'touch %q\n' "$PWD/marker" >evil/rc
  # By the loader's variables any dynamic program is steered before it starts; snug's release is a static one.
  local -a hostile=(GCONV_PATH="$PWD/evil" LOCPATH="$PWD/evil" BASH_ENV="$PWD/evil/rc" ENV="$PWD/evil/rc"
    TMPDIR=/nonexistent HOSTALIASES="$PWD/evil/rc" MALLOC_TRACE="$PWD/marker" RESOLV_HOST_CONF=/etc/shadow
    NLSPATH="$PWD/evil" GLIBC_TUNABLES=glibc.malloc.check=3 IFS=x PATH="$PWD/evil/bin:$PATH")
  if [[ $(ldd "$SNUG" 2>&1) != *"=>"* ]]; then
    hostile+=(LD_PRELOAD="$PWD/evil/lib.so" LD_LIBRARY_PATH="$PWD/evil" LD_AUDIT="$PWD/evil/lib.so")
  fi
  # env itself would load these: the shell sets them, and becomes snug.
  run bash -c 'snug=$1; shift; export "$@"; exec "$snug" run host /usr/bin/env' bash "$SNUG" "${hostile[@]}"
  [[ $status == 0 && ! -e marker ]] || { echo "$status $output" >&2 && return 1; }
  absent "evil|nonexistent|GLIBC_TUNABLES|LD_" <<<"$output"
}

@test "garbage in HOME and the XDG variables is refused or ignored, and leads nowhere" {
  local value name
  mkdir canary
  for name in HOME XDG_DATA_HOME XDG_CONFIG_HOME XDG_RUNTIME_DIR XDG_CACHE_HOME TMPDIR PATH; do
    for value in "" relative /nonexistent /proc/self/fd/7 "$PWD/canary/../canary" $'/a\nb' \
      "$(printf 'a%.0s' {1..5000})" /dev/null; do
      run bash -c 'snug=$1; export "$2=$3"; exec "$snug" run host /bin/true' bash "$SNUG" "$name" "$value"
      [[ $status == 0 || ($status == 125 && $output == "snug: "*) ]] ||
        { echo "$name=$value: $status $output" >&2 && return 1; }
    done
  done
  [[ -z $(ls -A canary) && ! -e relative ]]
}

# CVE-2024-21626: what a caller leaves open.
@test "a directory as a standard descriptor is refused" {
  local fd
  for fd in 0 1 2; do
    run bash -c "'$SNUG' run host true $fd</"
    [[ $status == 125 ]] || { echo "$fd: $status $output" >&2 && return 1; }
  done
  # Opened with O_PATH too, which a shell cannot.
  need python3
  run python3 -c "import os, sys; os.dup2(os.open('/', os.O_PATH), 0); os.execv(sys.argv[1], sys.argv[1:])" \
    "$SNUG" run host ls /proc/self/fd/0/
  [[ $status == 125 ]] || { echo "O_PATH: $status $output" >&2 && return 1; }
}
