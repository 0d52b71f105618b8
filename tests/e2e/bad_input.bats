#!/usr/bin/env bats
# What bad input gets: one clear sentence that names the cause, 125, and nothing left.
load helper

prepare() {
  small_image img
}
profile() { cat >p.toml; }

@test "an image that is not there" {
  refuses ./nope run ./nope true
  refuses nosuchimage run nosuchimage true
}

@test "an image name close to one that is there gets a hint" {
  mkdir -p "$XDG_DATA_HOME/snug/images"
  small_image "$XDG_DATA_HOME/snug/images/debian"
  refuses debian run debain true
  refuses host run hots true
}

@test "no image at all" {
  refuses image run
}

@test "a file where an image directory belongs" {
  echo >file
  refuses ./file run ./file true
}

@test "a directory that cannot be read" {
  mkdir -m 0 closed
  refuses closed run ./closed true
  mkdir -p stack/top && chmod 0 stack/top
  printf 'layers = ["../img", "top"]\n' >stack/image.toml
  refuses top run ./stack true
  chmod 700 stack/top
}

@test "an image.toml with mistakes" {
  mkdir -p stack/top
  echo 'layers = ["top"' >stack/image.toml
  refuses image.toml:1 run ./stack true
  echo 'layres = ["top"]' >stack/image.toml
  refuses layers run ./stack true
  echo 'layers = ["gone"]' >stack/image.toml
  refuses gone run ./stack true
  echo 'layers = []' >stack/image.toml
  refuses layers run ./stack true
  echo 'layers = 5' >stack/image.toml
  refuses layers run ./stack true
  printf 'layers = ["top"]\n[config]\nenv = 5\n' >stack/image.toml
  refuses env run ./stack true
  mkdir loop && echo 'layers = ["../loop"]' >loop/image.toml
  refuses loop run ./loop true
}

@test "an image without a command of its own, and none given" {
  refuses command run ./img
}

@test "a profile that is not TOML: file, line and column" {
  printf 'image = "host"\n[env\n' | profile
  refuses p.toml:2: run --profile ./p.toml -- true
}

@test "a key that does not exist gets a did-you-mean with its place" {
  printf 'image = "host"\n[rootfs]\nwriteable = "tmpfs"\n' | profile
  refuses p.toml:3 run --profile ./p.toml -- true
  [[ $stderr == *writeable* && $stderr == *writable* ]]
  printf 'image = "host"\nmounts = 1\n' | profile
  refuses mounts run --profile ./p.toml -- true
}

@test "a value of the wrong type or with nonsense in it" {
  local line
  while read -r line; do
    printf 'image = "host"\n%b\n' "$line" | profile
    refuses p.toml: run --profile ./p.toml -- true
  done <<'END'
workdir = 5
command = 7
command = "one string"
[rootfs]\nsize = "2 bananas"
[rootfs]\nsize = -1
[rootfs]\noverlay = "magic"
[env]\nset = ["A=1"]
[env]\nset = { "A=B" = "x" }
[user]\nids = "triple"
[user]\nrun-as = 1.5
[limits]\nmemory = "lots"
[limits]\ntimeout = "soon"
[limits]\nnofile = "many"
[network]\nmode = "wifi"
[network]\nallow = ["*"]
[security]\nseccomp = "maybe"
[security]\ncaps = ["CAP_NOPE"]
[[mount]]\nsource = "."
[[mount]]\nsource = "."\ntarget = "relative"
[[mount]]\nsource = "."\ntarget = "/a/../../b"
[[mount]]\nsource = "."\ntarget = "/a"\naccess = "maybe"
[[mount]]\ntype = "magic"\nsource = "."\ntarget = "/a"
END
}

@test "extends that leads nowhere, or in a circle" {
  printf 'extends = "no-such-profile"\nimage = "host"\n' | profile
  refuses no-such-profile run --profile ./p.toml -- true
  mkdir -p "$XDG_CONFIG_HOME/snug/profiles"
  echo 'extends = "b"' >"$XDG_CONFIG_HOME/snug/profiles/a.toml"
  echo 'extends = "a"' >"$XDG_CONFIG_HOME/snug/profiles/b.toml"
  refuses a run --profile a host true
}

@test "a profile that is no file" {
  refuses no-such run --profile no-such host true
  refuses gone.toml run --profile ./gone.toml host true
  mkdir dir.toml
  refuses dir.toml run --profile ./dir.toml host true
  mkfifo fifo.toml
  run --separate-stderr timeout 200 "$SNUG" run --profile ./fifo.toml host true
  [[ $status == 125 ]]
  refusal_names fifo.toml
  head -c 3M /dev/zero | tr '\0' '#' >huge.toml
  refuses huge.toml run --profile ./huge.toml host true
  head -c 100 /dev/urandom >noise.toml
  refuses noise.toml run --profile ./noise.toml host true
}

@test "volumes without a target, with .., to a relative place, over what is not to be covered" {
  mkdir src
  refuses -v run -v "" host true
  refuses "$PWD/src" run -v "$PWD/src" host true
  refuses .. run -v "$PWD/src:/a/../../etc" host true
  refuses relative run -v "$PWD/src:relative" host true
  refuses sometimes run -v "$PWD/src:/x:sometimes" host true
  refuses / run -v "$PWD/src:/" host true
  refuses /proc run -v "$PWD/src:/proc" host true
  refuses /proc run -v "$PWD/src:/proc/sys" host true
  refuses /sys run -v "$PWD/src:/sys" host true
  refuses colour run --mount type=bind,source=src,target=/x,colour=red host true
  refuses target run --mount type=bind,source=src host true
  refuses size run --tmpfs /t:size=banana host true
}

@test "a working directory that is relative, leads out, or is a file" {
  refuses relative run -w relative host true
  refuses .. run -w /../../x host true
  refuses /etc/passwd run -w /etc/passwd host true
}

@test "options that do not exist, lack a value, or have nonsense for one" {
  refuses --volune run --volune x host true
  [[ $stderr == *--volume* ]]
  refuses --env run --env
  refuses triple run --ids triple host true
  refuses wifi run --network wifi host true
  refuses magic run --overlay magic host true
  refuses NOPE run --cap-add NOPE host true
  refuses soon run --timeout soon host true
  refuses bananas run --size "2 bananas" ./img true
  refuses name run -e =x host true
  refuses gone.env run --env-file gone.env host true
  refuses 999 run --json-status-fd 999 host true
  refuses "" run --hostname "$(printf 'x%.0s' {1..100})" host true
  refuses "" run --hostname "a b/c" host true
}

@test "a command that does not exist gets a did-you-mean" {
  refuses run rnu host true
}

@test "what comes later is refused, never passed over" {
  refuses "" run --allow example.org host true
  refuses "" run --gpu host true
  refuses "" run --wayland host true
  refuses "" run --ssh-agent host true
  local table
  for table in '[share]\nwayland = true' '[share]\nx11 = true'; do
    printf 'image = "host"\n%b\n' "$table" | profile
    refuses "" run --profile ./p.toml -- true
  done
}

@test "control bytes in names do not reach the terminal" {
  refuses "" run $'./\e]0;owned\a\e[2J' true
  refuses "" run -v $'/no/\e[31mred:/x' host true
  refuses "" run --profile $'./\e[2J.toml' host true
  exits 127 run host $'no\e[31msuch'
  [[ $stderr != *$'\e'* ]]
  printf 'image = "host"\n"k\\u001b[31m" = 1\n' | profile
  refuses "" run --profile ./p.toml -- true
}

@test "ten MiB of environment: too much for execve, and told so" {
  local i
  for ((i = 0; i < 100; ++i)); do printf 'V%d=%s\n' "$i" "$(head -c 100000 /dev/zero | tr '\0' x)"; done >big.env
  exits 125 run --env-file big.env host true
  [[ $stderr == "snug: "* && $stderr == *environment* ]]
}

@test "five thousand volumes: they are there, or one sentence says why not" {
  local i arguments=()
  mkdir src
  for ((i = 0; i < 5000; ++i)); do arguments+=(-v "$PWD/src:/m/$i:ro"); done
  run --separate-stderr timeout 200 "$SNUG" run "${arguments[@]}" host sh -c 'ls /m | wc -l'
  [[ $status == 0 && $output == 5000 ]] || { [[ $status == 125 ]] && refusal_names ""; }
}

@test "no /proc on the host" {
  need unshare
  run unshare -rm sh -c 'mount -t tmpfs t /proc && exec "$SNUG" run host true'
  [[ $status == 125 && $output == "snug: "* ]]
}

@test "a store without room" {
  need unshare
  mkdir full
  run unshare -rm sh -c 'mount -t tmpfs -o nr_inodes=2 t "$1/full" && mkdir "$1/full/d" && XDG_DATA_HOME="$1/full/d" exec "$SNUG" run --writable disk "$1/img" true' - "$PWD"
  [[ $status == 125 && $output == "snug: "* ]]
  # Room for the directories, none for what the payload writes: its own error, and nothing left.
  run unshare -rm sh -c 'mount -t tmpfs -o size=64k t "$1/full" && XDG_DATA_HOME="$1/full" "$SNUG" run --writable disk "$1/img" sh -c "cat /bin/sh >/copy" && exit 99
    find "$1/full/snug/throwaway" -mindepth 1' - "$PWD"
  [[ $status != 99 && $output == *"No space left on device"* && $output != *throwaway/* ]]
}

@test "a home that cannot be written, or is not there" {
  chmod 500 "$HOME"
  XDG_DATA_HOME=$HOME/x succeeds run host true
  # Before, a layer in memory could not hold what the overlay notes in attributes.
  if kernel_since 6.6; then
    XDG_DATA_HOME=$HOME/x succeeds run ./img true
  else
    XDG_DATA_HOME=$HOME/x refuses "$HOME" run ./img true
  fi
  XDG_DATA_HOME=$HOME/x refuses "$HOME" run --writable disk ./img true
  env -u HOME -u XDG_DATA_HOME -u XDG_CONFIG_HOME -u XDG_RUNTIME_DIR "$SNUG" run ./img true
}

@test "few descriptors: it runs, or one sentence says why not" {
  local n
  for n in 6 8 10 12 14 16; do
    run --separate-stderr bash -c "exec 3>&- 4>&- 5>&- 6>&-; ulimit -n $n; exec '$SNUG' run '$PWD/img' true"
    [[ $status == 0 ]] || { [[ $status == 125 ]] && refusal_names ""; } || return 1
  done
}

@test "no process more: one sentence, and nothing left" {
  run --separate-stderr bash -c "ulimit -u 1; exec '$SNUG' run '$PWD/img' true"
  [[ $status == 0 ]] || { [[ $status == 125 ]] && refusal_names ""; }
}

@test "user namespaces switched off: told so, with a hint" {
  need unshare
  run unshare -rm sh -c 'echo 0 >/proc/sys/user/max_user_namespaces && exec "$SNUG" run host true'
  [[ $status == 125 && $output == "snug: "* && $output == *namespace* ]]
}
