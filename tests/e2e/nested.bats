#!/usr/bin/env bats
# snug inside snug, and inside a container of podman: at full isolation where the outer one allows it, at "no-proc" only where that
# is wanted by name, else with a word on what the outer one would have to allow.
load helper

prepare() {
  mkdir -p "$XDG_CONFIG_HOME/snug/profiles"
  printf '[security]\nnested-userns = true\n' >"$XDG_CONFIG_HOME/snug/profiles/masked.toml"
  printf '[security]\nnested-userns = true\nproc = "full"\n' >"$XDG_CONFIG_HOME/snug/profiles/whole.toml"
}

# within PROFILE ARGUMENT…: snug in a sandbox with this profile. $OUTER_WORD is in the environment of a process beside it.
within() {
  local profile=$1
  shift
  # shellcheck disable=SC2016 # of the outer shell
  run --separate-stderr snug run -q --profile "$profile" -v "$SNUG:/snug:ro" host \
    sh -c 'OUTER_WORD=heard sleep 300 7>/dev/null & timeout 200 /snug "$@"; status=$?; kill $!; exit $status' sh "$@"
}

@test "snug in snug is as closed as snug where the outer profile shows /proc whole" {
  within whole run host sh -c 'cat /proc/[0-9]*/comm; ls /sys/class/net; cat /proc/sys/kernel/hostname
    unshare --user true; ! echo 1 >/proc/sys/net/ipv4/ip_forward'
  [[ $status == 0 && $output != *sleep* && $output == *$'\nlo\nsnug' ]] || fail_with "a sandbox of its own"
  [[ $stderr == *unshare* && $stderr != *"isolation is"* ]]
  within whole explain --require no-proc host true
  [[ ${lines[0]} == "isolation  full" && $output != *"the outer one"* ]]
}

@test "where /proc is masked outside nothing is taken silently: the error names the outer setting" {
  within masked run host true
  [[ $status == 125 && $stderr == *'under [security]: proc = "full"'* && $stderr == *"--require no-proc"* ]] || fail_with "a refusal"
  within masked run --require full host true
  [[ $status == 125 ]]
  within masked doctor
  [[ $status == 2 && ${lines[0]} == "isolation: no-proc" && $output == *'proc = "full"'* ]] || fail_with "doctor to say so"
}

@test "no-proc is told, and what it shows of outside can be looked at only" {
  within masked run --require no-proc host sh -c '
    for pid in /proc/[0-9]*; do
      [ "$(cat $pid/comm)" = sleep ] || continue
      echo seen; cat $pid/environ $pid/fd/7 $pid/maps; ls $pid/root/ $pid/cwd/; (: >$pid/mem)
    done
    for file in sys/kernel/hostname sys/vm/drop_caches self/oom_score_adj self/comm sysrq-trigger; do
      sh -c ": 2>/dev/null >/proc/$file" 2>/dev/null && echo "$file can be opened"
    done
    grep -E " /(proc|sys)(/[^ ]*)? rw" /proc/self/mountinfo | grep -v " /null /" # what hides a file
    cat /proc/1/comm /proc/self/comm; test -e /proc/self/fd/0 && unshare --user true || echo end'
  [[ $status == 0 ]] || fail_with "a run"
  [[ $output == "seen"$'\n'*$'\n'"cat"$'\n'"end" && $(grep -c . <<<"$output") == 4 ]] || fail_with "nothing but looks"
  [[ $(grep -c 'Permission denied' <<<"$stderr") -ge 5 && $output$stderr != *heard* ]] || fail_with "five refusals"
  [[ $(grep -c 'note: isolation is no-proc: .*/proc is the outer one' <<<"$stderr") == 1 ]] || fail_with "one note"
}

@test "explain, a path in it, and JSON name the level" {
  within masked explain --require no-proc host true
  [[ ${lines[0]} == "isolation  no-proc" && $output == *"mount /proc, read-only (the outer one)"* ]] || fail_with "the level"
  within masked explain -d --name other --require no-proc host true
  [[ ${lines[0]} == "isolation  no-proc" ]] || fail_with "the level of a container"
  within masked explain --require no-proc --json host true
  [[ $(jq -r '.isolation, (.steps[] | select(.kind == "proc") | .own)' <<<"$output") == $'no-proc\nfalse' ]]
  within masked explain --require no-proc --path /proc/1 host
  [[ $output == *"of outside, read-only; not writable"* ]] || fail_with "what /proc/1 is"
  exits 125 run --require some host true
  [[ $stderr == *"--require"*no-proc* ]]
  printf '[security]\nrequire = "no-prok"\n' >bad.toml
  exits 125 run --profile ./bad.toml host true
  [[ $stderr == *"no-proc"* ]]
}

@test "a container keeps the level that it was made with" {
  within masked run -d --name inner --require no-proc host sleep 1000
  [[ $status == 0 && $stderr == *"note: isolation is no-proc"* ]] || fail_with "a container"
  # shellcheck disable=SC2016 # of the outer shell
  run --separate-stderr snug run -q --profile masked -v "$SNUG:/snug:ro" host sh -euc '
    /snug run -d --name inner --require no-proc host sleep 1000 2>/dev/null
    /snug exec inner sh -c "grep -c \" /proc ro\" /proc/self/mountinfo"
    /snug inspect inner
    /snug stop -t 1 inner; /snug start inner 2>&1; /snug rm -f inner'
  [[ $status == 0 && $output == inner$'\n'1$'\n'*'"require": "no-proc"'*"note: isolation is no-proc"* ]] || fail_with "the same level at each start"
}

@test "where /proc/sys is read-only, user namespaces inside are closed by a whole filter or not at all" {
  within masked run --require no-proc --seccomp off host true
  [[ $status == 125 && $stderr == *"user namespaces inside cannot be closed"* ]] || fail_with "a refusal"
}

@test "limits are refused inside, with the reason" {
  within whole run --memory 64M host true
  [[ $status == 125 && $stderr == *"cannot be enforced: "*hint* ]] || fail_with "a refusal"
}

# podman ARGUMENT…: snug in a container of podman that runs the test image.
in_podman() {
  run --separate-stderr timeout 200 podman --root "$PWD/podman" --runroot "$XDG_RUNTIME_DIR/podman" --storage-driver vfs \
    --cgroup-manager cgroupfs --events-backend file --runtime "$runtime" run --rm --network none -v "$SNUG:/usr/bin/snug:ro" \
    "${options[@]}" --rootfs "$(image):O" snug "$@"
}
end_podman() {
  podman --root "$PWD/podman" --storage-driver vfs unshare rm -rf "$PWD/podman"
  podman --root "$PWD/podman" --storage-driver vfs system migrate # ends the process that holds its namespaces
}

@test "in podman as it is by default: refused with its options, and no-proc works; with its options it is full" {
  need podman
  local runtime='' options=() found
  for found in crun runc; do
    runtime=$found
    in_podman version
    ((status != 0)) || break
  done
  [[ $status == 0 ]] || fail_with "podman to work"
  in_podman run host true
  [[ $status == 125 && $stderr == *"--security-opt"* ]] || fail_with "a refusal"
  in_podman run --require no-proc host sh -c 'cat /proc/self/comm; ls -A /root; unshare --user true || echo closed'
  [[ $status == 0 && $output == "cat"$'\n'"closed" && $stderr == *"isolation is no-proc"* ]] || fail_with "a sandbox"
  in_podman run --require no-proc --overlay native / true
  in_podman doctor
  [[ $status == 2 && $output == *"unmask=ALL"* ]] || fail_with "doctor to name the option"
  options=(--security-opt unmask=ALL --security-opt seccomp=unconfined)
  in_podman run host sh -c 'cat /proc/self/comm; unshare --user true || echo closed'
  [[ $status == 0 && $output == "cat"$'\n'"closed" && $stderr != *isolation* ]] || fail_with "full isolation"
  in_podman doctor
  [[ ${lines[0]} == "isolation: full" ]] || fail_with "full"
  end_podman
}
