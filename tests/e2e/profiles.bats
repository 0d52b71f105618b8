#!/usr/bin/env bats
# Profiles: found, merged, shown, checked.
load helper

prepare() {
  profiles=$XDG_CONFIG_HOME/snug/profiles
  mkdir -p "$profiles"
}

@test "a profile sets image, command, directory, environment and mounts" {
  mkdir -p project/data && echo payload >project/data/f
  cat >project/p.toml <<'END'
image = "host"
command = ["sh", "-c", "cat f; echo $GREETING $PASSED $PWD; cat /proc/sys/kernel/hostname"]
workdir = "/data"
hostname = "from-profile"
[env]
pass = ["PASS*"]
set = { GREETING = "hello" }
[[mount]]
source = "data"
target = "/data"
END
  PASSED=yes prints $'payload\nhello yes /data\nfrom-profile' run --profile project/p.toml
}

@test "a mount of a profile is read-only unless it says rw" {
  mkdir data
  printf 'image = "host"\n[[mount]]\nsource = "data"\ntarget = "/d"\n' >p.toml
  run snug run --profile ./p.toml -- touch /d/f
  ((status != 0))
  printf 'image = "host"\n[[mount]]\nsource = "data"\ntarget = "/d"\naccess = "rw"\n' >p.toml
  succeeds run --profile ./p.toml -- touch /d/f
}

@test "an optional mount may be missing, another may not" {
  printf 'image = "host"\n[[mount]]\nsource = "gone"\ntarget = "/d"\noptional = true\n' >p.toml
  prints ok run --profile ./p.toml -- echo ok
  printf 'image = "host"\n[[mount]]\nsource = "gone"\ntarget = "/d"\n' >p.toml
  refuses gone run --profile ./p.toml -- echo ok
}

@test "flags win over the profile, a profile over what it extends" {
  printf 'hostname = "base"\nworkdir = "/usr"\nimage = "host"\n[env]\nset = { A = "base", B = "base" }\n' >"$profiles/base.toml"
  printf 'extends = "base"\nhostname = "mine"\n[env]\nset = { A = "mine" }\n' >"$profiles/mine.toml"
  prints $'mine\n/usr\nmine base' run --profile mine -- sh -c 'cat /proc/sys/kernel/hostname; pwd; echo $A $B'
  prints $'flag\n/usr\nflag base' run --profile mine --hostname flag -e A=flag -- sh -c 'cat /proc/sys/kernel/hostname; pwd; echo $A $B'
}

@test "a user's profile is taken by its name" {
  printf 'image = "host"\nhostname = "by-name"\n' >"$profiles/box.toml"
  prints by-name run --profile box -- cat /proc/sys/kernel/hostname
}

@test "a project's snug.toml is found, left alone, and said so" {
  mkdir -p project/deep/er
  printf 'hostname = "project"\nimage = "host"\n' >project/snug.toml
  cd project/deep/er
  succeeds run host cat /proc/sys/kernel/hostname
  [[ $output != project && $stderr == *snug.toml* ]]
  prints project run --profile ../../snug.toml -- cat /proc/sys/kernel/hostname
}

@test "list, show and check, as text and as JSON" {
  printf 'image = "host"\nhostname = "shown"\n' >"$profiles/box.toml"
  succeeds profile ls
  [[ $output == *box* && $output == *default* && $output == *untrusted* ]]
  succeeds profile ls --json
  jq -e 'map(.name) | index("box") != null and index("default") != null' <<<"$output"
  succeeds profile ls -q
  grep -qx box <<<"$output"
  succeeds profile show box
  [[ $output == *shown* && $output == *box.toml:2* ]]
  succeeds profile show --json box
  jq -e . <<<"$output" >/dev/null
  succeeds profile check box
}

@test "every shipped profile checks" {
  local name
  for name in default untrusted dev build service gui; do succeeds profile check "$name"; done
}

@test "check names file, line, column and key" {
  printf 'image = "host"\n\n  hostnaem = "x"\n' >"$profiles/bad.toml"
  refuses bad.toml:3:3 profile check bad
  [[ $stderr == *hostnaem* && $stderr == *hostname* ]]
}

@test "the default profile gives a throwaway sandbox without network" {
  prints ok run --profile default host sh -c '[ "$(grep -c : /proc/net/dev)" = 1 ] && echo ok'
}
