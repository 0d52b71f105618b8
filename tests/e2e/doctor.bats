#!/usr/bin/env bats
# doctor names the cause on machines that are spoilt as far as an ordinary user can spoil one. What needs root, another kernel or
# another distribution is fed in as facts: tests/unit/doctor_*_test.cc.
load helper
load doctor_helper

# doctor's answer as JSON, under a command that spoils the machine; $status and $output are doctor's.
doctor() { run --separate-stderr "$@" timeout --foreground 200 "$SNUG" doctor --json; }
# A user namespace in which its maker is root; the script ends in "$@", which is doctor.
spoilt() {
  local script=$1
  doctor unshare --user --map-root-user --mount sh -euc "$script"$'\nexec "$@"' sh
}
need_unshare() { unshare --user --map-root-user --mount true || lacks "user namespaces for $(id -un)"; }

@test "this machine: a level, a line for each check, and a status that fits" {
  run --separate-stderr snug doctor
  [[ ${lines[0]} == "isolation: full" ]] || fail_with "full isolation"
  ((status < 2))
  local bad
  bad=$(grep -cE '^(degraded|broken) ' <<<"$output") || true
  [[ $status == 0 && $bad == 0 || $status == 1 && $bad != 0 ]]
  local check
  for check in 'user namespaces' 'id map' mounts /proc loopback overlay store 'id range' limits landlock 'system call filter' terminal gate pasta curl; do
    grep -qE "^(ok|degraded|broken) +$check " <<<"$output" || fail_with "a line for $check"
  done
  # What is not well has a cause.
  [[ $(grep -c '^ *cause ' <<<"$output") -ge $bad ]]
  run --separate-stderr snug doctor --verbose
  [[ $output == *EXDEV* ]] || ! kernel_since 5.11 || fail_with "what the kernel's overlay cannot do"
}

@test "JSON says the same as text" {
  doctor env
  local said=$output
  jq -e '.checks | length > 10 and all(.level == "ok" or .level == "degraded" or .level == "broken")' <<<"$said"
  jq -e '.checks | all(has("consequence") and has("cause") and has("who") and (.fix | type == "array"))' <<<"$said"
  jq -e '.checks | all(.level == "ok" or .cause != "")' <<<"$said"
  run --separate-stderr snug doctor
  [[ $(grep -cE '^(ok|degraded|broken) ' <<<"$output") == $(jq '.checks | length' <<<"$said") ]]
}

@test "nothing is left behind, and nothing is taken from a profile of the user's own" {
  mkdir -p "$XDG_CONFIG_HOME/snug/profiles"
  echo 'nonsense' >"$XDG_CONFIG_HOME/snug/profiles/default.toml"
  doctor env
  isolation full
  [[ -z $(find "$HOME" "$XDG_RUNTIME_DIR" "$PWD" -mindepth 1) && ! -e $XDG_DATA_HOME ]]
}

@test "the AppArmor profile is for the real path of this binary" {
  mkdir bin
  cp "$SNUG" bin/snug
  ln -s bin/snug link
  run --separate-stderr ./link doctor --apparmor
  [[ $status == 0 && $output == *"profile snug \"$PWD/bin/snug\" flags=(unconfined)"* && -z $stderr ]] || fail_with "a profile"
  chmod 0777 bin
  run --separate-stderr ./link doctor --apparmor
  [[ $status == 0 && $stderr == *"$PWD/bin"* ]] || fail_with "a warning of bin"
  mv bin 'b*n'
  run --separate-stderr 'b*n/snug' doctor --apparmor
  [[ $status == 125 ]]
}

@test "no user namespace is allowed: the count is named, and no sysctl is advised that would not help" {
  need_unshare
  spoilt 'echo 0 >/proc/sys/user/max_user_namespaces'
  [[ $status == 2 ]]
  isolation none
  is "user namespaces" broken "user.max_user_namespaces is 0"
  [[ $(of "user namespaces" fix) != *sysctl* && $(of "user namespaces" who) == you ]]
  [[ -z $(of overlay level) ]]
}

@test "no network namespace is allowed" {
  need_unshare
  spoilt 'echo 0 >/proc/sys/user/max_net_namespaces'
  [[ $status == 2 ]]
  is "user namespaces" broken "user.max_net_namespaces is 0"
}

@test "a chroot" {
  need_unshare
  # The root itself is no mount point, or the kernel would not take it for a chroot's.
  local script='' dir
  for dir in usr lib lib64 proc "${BATS_TEST_TMPDIR#/}" "${SNUG#/}"; do
    [[ -e /$dir ]] || continue
    if [[ -d /$dir ]]; then mkdir -p "root/$dir"; else mkdir -p "root/${dir%/*}" && : >"root/$dir"; fi
    script+="mount --rbind '/$dir' 'root/$dir'; "
  done
  PATH+=:/usr/sbin doctor unshare --user --map-root-user --mount sh -euc "$script"'exec chroot root "$@"' sh
  [[ $status == 2 ]]
  isolation none
  is "user namespaces" broken chroot
}

@test "a filter that refuses namespaces" {
  need perl
  doctor "$support/refuse-calls" namespaces
  [[ $status == 2 ]]
  isolation none
  is "user namespaces" broken "system call filter"
}

@test "a filter that refuses mounts" {
  need perl
  doctor "$support/refuse-calls" mounts
  [[ $status == 2 ]]
  isolation none
  is mounts broken "system call filter"
  [[ $(of "user namespaces" level) == ok ]]
}

@test "a filter that refuses the gate its network, or packet sockets; runs say so too" {
  need perl
  doctor env
  [[ $(of gate level) == ok && $(of gate consequence) == *works* ]] || lacks "the gate"
  doctor "$support/refuse-calls" networks
  [[ $status == 1 ]]
  isolation full
  is gate degraded "system call filter"
  [[ $(of gate consequence) == *"does not work"* ]]
  run --separate-stderr "$support/refuse-calls" networks "$SNUG" run --network gate --allow example.org host true
  [[ $status == 125 && $stderr == *"make the gate's network: "*EPERM*"hint"*"system call filter"* ]] || fail_with "the same hint"
  doctor "$support/refuse-calls" packets
  [[ $status == 1 ]]
  is gate degraded "packet sockets"
  run --separate-stderr "$support/refuse-calls" packets "$SNUG" run --network gate --allow example.org host cat /proc/net/dev
  [[ $status == 0 && $output == *gate0:* && -z $stderr ]] || fail_with "a gate"
}

@test "a masked /proc" {
  need_unshare
  spoilt 'mount -t tmpfs none /proc/tty'
  [[ $status == 2 ]]
  isolation no-proc
  is /proc broken /proc/tty
  [[ $(of /proc fix) == *"--require no-proc"* && $(of "user namespaces" level) == ok ]]
  [[ $(of overlay level) == ok ]] || ! kernel_since 5.11
}

@test "inside one of snug's own sandboxes nothing can be judged" {
  run --separate-stderr snug run -v "$SNUG:/snug:ro" host /snug doctor --json
  [[ $status == 2 ]]
  isolation none
  [[ $(of "this place" consequence) == *"cannot be judged from here"* ]]
}

@test "a user without an id" {
  need_unshare
  doctor unshare --user
  [[ $status == 2 ]]
  is "user namespaces" broken "has no id"
}

@test "a user namespace of one id: all works but the range" {
  need_unshare
  need_range
  spoilt 'export USER='"$(id -un)"
  isolation full
  is "id range" degraded "not there in the user namespace"
}

@test "no_new_privs takes newuidmap's rights" {
  need setpriv
  need_range
  doctor setpriv --no-new-privs
  isolation full
  is "id range" degraded no_new_privs
}

@test "helpers that are not installed; PATH has no say" {
  need_unshare
  local hide='' program
  for program in newuidmap pasta slirp4netns curl fuse-overlayfs; do
    program=$(type -P "$program") && hide+="mount --bind /dev/null $(realpath "$program")"$'\n'
  done
  spoilt "$hide"
  isolation full
  is "id range" degraded "newuidmap is not installed"
  is pasta degraded "not installed"
  is curl degraded "not installed"
  # Where the kernel has no overlay for users, it is needed.
  is fuse-overlayfs "$(if kernel_since 5.11; then echo ok; else echo broken; fi)" "not installed"
  doctor env
  local checks
  checks=$(jq -c '[.checks[] | [.check, .level]]' <<<"$output")
  run --separate-stderr env PATH=/nonexistent "$SNUG" doctor --json
  [[ $(jq -c '[.checks[] | [.check, .level]]' <<<"$output") == "$checks" ]]
}

@test "a store on a tmpfs without programs and set-id bits is a good one" {
  need_unshare
  mkdir "$XDG_DATA_HOME"
  spoilt "mount -t tmpfs -o noexec,nosuid none '$XDG_DATA_HOME'"
  [[ $(of store level) == ok && $(of store consequence) == *tmpfs* ]] || fail_with "a good store"
}

@test "a store on an overlay" {
  need_unshare
  kernel_since 5.11 || lacks "an overlay for user namespaces"
  mkdir "$XDG_DATA_HOME" l u w
  spoilt "mount -t overlay -o userxattr,lowerdir=$PWD/l,upperdir=$PWD/u,workdir=$PWD/w none '$XDG_DATA_HOME'"
  is store degraded "itself on an overlay"
  [[ $(of store fix) == *XDG_DATA_HOME* && $(of "user namespaces" level) == ok ]]
}

@test "a store that is read-only" {
  need_unshare
  mkdir "$XDG_DATA_HOME"
  spoilt "mount -t tmpfs -o ro none '$XDG_DATA_HOME'"
  is store degraded read-only
  isolation full
}

@test "a store that is somebody else's" {
  XDG_DATA_HOME=/usr/share doctor env
  is store degraded "may not write to /usr/share"
  isolation full
}

@test "a mount below an image" {
  need_unshare
  mkdir -p "$XDG_DATA_HOME/snug/images/small/srv"
  spoilt "mount -t tmpfs none '$XDG_DATA_HOME/snug/images/small/srv'"
  is image degraded "small: $XDG_DATA_HOME/snug/images/small/srv"
}

@test "a runtime directory that is root's does not matter to a run; limits say so where they could be had" {
  XDG_RUNTIME_DIR=/run DBUS_SESSION_BUS_ADDRESS='' doctor env
  isolation full
  if [[ $(stat -fc %T /sys/fs/cgroup) == cgroup2fs ]]; then
    [[ $(of limits level) == ok || $(of limits cause) == *"XDG_RUNTIME_DIR is /run, which belongs to user 0"* || $(of limits cause) == *"not delegated"* ]]
  else
    [[ $(of limits cause) == *version* ]] || fail_with "a word on the version of cgroups"
  fi
}
