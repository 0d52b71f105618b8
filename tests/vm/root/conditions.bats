#!/usr/bin/env bats
# Machines on which snug cannot work, or not fully, made by root: doctor names the cause, and so does the error of a run.
# shellcheck disable=SC2154 # of bats and of the helper
load helper

mend() {
  local moved
  for moved in /dev/fuse /dev/net/tun /usr/bin/newuidmap /etc/subuid /etc/subgid; do
    [[ ! -e $moved.kept ]] || mv -f "$moved.kept" "$moved"
  done
  umount --lazy /usr/bin 2>/dev/null || true # its own program lies there
  if [[ -e /etc/apparmor.d/snug ]]; then
    apparmor_parser -R /etc/apparmor.d/snug 2>/dev/null || true
    rm /etc/apparmor.d/snug
  fi
  rm -rf /mnt/out/data /var/tmp/other-snug
}
# keep FILE: as it is, for the end of the test.
keep() { cp -a "$1" "$1.kept"; }

@test "as it is, the machine is a good one" {
  doctor
  isolation full
  [[ $(of "id range" level) == ok && $(of store level) == ok && $(of fuse-overlayfs level) == ok ]] || fail_with "all well"
}

# apparmor RULE…: the binary is under a profile with nothing but these rules. That a machine restricts whatever has no profile is
# Ubuntu's own; here the profile does.
apparmor() {
  [[ -e /sys/kernel/security/apparmor/profiles ]] || mount -t securityfs none /sys/kernel/security
  {
    ! kernel_since 6.7 || echo 'abi <abi/4.0>,'
    printf 'profile snug %s {\n' "$snug"
    printf '  %s,\n' file capability network ptrace signal unix "$@"
    echo '}'
  } >/etc/apparmor.d/snug
  apparmor_parser -r /etc/apparmor.d/snug
}

@test "1: AppArmor refuses user namespaces, and doctor's own profile is the cure" {
  kernel_since 6.7 || lacks "an AppArmor that mediates user namespaces"
  apparmor mount umount pivot_root
  doctor
  isolation none
  is "user namespaces" broken "AppArmor"
  refused AppArmor
  as_dev "$snug" doctor --apparmor >/etc/apparmor.d/snug.new
  mv /etc/apparmor.d/snug.new /etc/apparmor.d/snug
  apparmor_parser -r /etc/apparmor.d/snug
  doctor
  isolation full
}

@test "7: AppArmor refuses mounts" {
  if kernel_since 6.7; then apparmor userns; else apparmor; fi
  doctor
  isolation none
  is mounts broken AppArmor
  refused AppArmor
}

@test "2: Debian's switch for user namespaces" {
  setting kernel.unprivileged_userns_clone 0
  doctor
  [[ $status == 2 ]]
  isolation none
  is "user namespaces" broken "kernel.unprivileged_userns_clone is 0"
  [[ $(of "user namespaces" who) == root ]]
  refused kernel.unprivileged_userns_clone
}

@test "3: no namespaces of a kind" {
  local kind
  for kind in user mnt pid ipc uts cgroup net; do
    setting "user.max_${kind}_namespaces" 0
    doctor
    isolation none
    is "user namespaces" broken "user.max_${kind}_namespaces is 0"
    [[ $(of "user namespaces" fix) == *"user.max_${kind}_namespaces=28633"* ]]
    sysctl -q -w "${settings[-1]}"
  done
  setting user.max_user_namespaces 0
  refused "user.max_user_namespaces is 0"
}

@test "8: newuidmap without its rights, on a nosuid file system, and missing" {
  keep /usr/bin/newuidmap
  chmod u-s /usr/bin/newuidmap
  setfattr -x security.capability /usr/bin/newuidmap 2>/dev/null || true
  doctor
  isolation full
  is "id range" degraded "neither setuid root nor"
  run --separate-stderr as_dev "$snug" run --ids range host true
  [[ $status == 125 && $stderr == *"neither setuid root nor"* ]] || fail_with "a refusal"
  rm /usr/bin/newuidmap
  doctor
  is "id range" degraded "newuidmap is not installed"
  cp -a /usr/bin/newuidmap.kept /usr/bin/newuidmap
  mount --bind /usr/bin /usr/bin
  mount -o remount,bind,nosuid /usr/bin
  doctor
  is "id range" degraded nosuid
}

@test "9: subordinate ids: none, one, and somebody else's too" {
  keep /etc/subuid
  : >/etc/subuid
  doctor
  is "id range" degraded "/etc/subuid gives dev no subordinate ids"
  echo dev:100000:1 >/etc/subuid
  doctor
  is "id range" degraded "a single id only"
  printf '%s\n' dev:100000:65536 bob:120000:65536 >/etc/subuid
  doctor
  jq -e '.checks | any(.check == "id range" and .level == "degraded" and (.cause | test("overlap with those of bob")))' <<<"$output"
  isolation full
}

@test "11: a store on a file system that no overlay can use" {
  install -d -o dev /mnt/out/data
  doctor XDG_DATA_HOME=/mnt/out/data
  isolation full
  is store degraded "is on 9p, which lacks"
  [[ $(of store fix) == *XDG_DATA_HOME* ]]
}

@test "14: /dev/fuse is for root only, or not there" {
  local level=ok
  kernel_since 5.11 || level=broken
  mv /dev/fuse /dev/fuse.kept
  doctor
  is fuse-overlayfs "$level" "there is no /dev/fuse"
  cp -a /dev/fuse.kept /dev/fuse
  chmod 0600 /dev/fuse
  doctor
  is fuse-overlayfs "$level" "/dev/fuse cannot be opened"
}

@test "17: no systemd of the user's, and the variables of root" {
  doctor
  is limits degraded "there is no systemd of yours"
  run --separate-stderr as_dev "$snug" run -m 64M host true
  [[ $status == 125 && $stderr == *"loginctl enable-linger"* ]] || fail_with "a refusal"
  install -d -m 0700 /run/user/0
  doctor XDG_RUNTIME_DIR=/run/user/0
  is limits degraded "belongs to user 0"
  run --separate-stderr as_dev XDG_RUNTIME_DIR=/run/user/0 "$snug" run host echo well
  [[ $output == well ]] || fail_with "a run without limits"
}

@test "19: no tun device" {
  type -P pasta || lacks pasta
  mv /dev/net/tun /dev/net/tun.kept
  doctor
  is pasta degraded "there is no /dev/net/tun"
}

@test "21, 25: ports below 1024, and ping" {
  doctor
  [[ $(of ports cause) == *"ip_unprivileged_port_start is 1024"* ]]
  is ping degraded ping_group_range
  setting net.ipv4.ip_unprivileged_port_start 80
  setting net.ipv4.ping_group_range "0 2147483647"
  doctor
  [[ $(of ports consequence) == *"from 80 on"* && $(of ping level) == ok ]] || fail_with "both well"
}

@test "23: a kernel without Landlock is told, and no hindrance" {
  ! kernel_since 5.13 || skip "this one has Landlock"
  doctor
  is landlock degraded "has no Landlock"
}

@test "26: file capabilities that somebody gave the binary" {
  install -m 0755 "$snug" /var/tmp/other-snug
  # VFS_CAP_REVISION_2, effective, CAP_NET_RAW; setcap is in a package of its own.
  setfattr -n security.capability -v 0x0100000200200000000000000000000000000000 /var/tmp/other-snug
  run --separate-stderr as_dev timeout 100 /var/tmp/other-snug doctor --json
  is "snug itself" degraded "file capabilities"
  [[ $(of "snug itself" fix) == "sudo setcap -r /var/tmp/other-snug" ]]
}

@test "the limit on mounts is no full disk" {
  setting fs.mount-max "$(wc -l </proc/self/mountinfo)"
  doctor
  is mounts broken "fs.mount-max"
  refused fs.mount-max
}
