#!/usr/bin/env bats
# The ways in that are not a desktop's: whether limits can be had there, by a real login of each kind. A run without limits
# works in all of them.
# shellcheck disable=SC2154 # of bats and of the helper
load helper

script=/var/tmp/login-check
setup_file() {
  cat >/var/tmp/login-check <<SCRIPT
#!/bin/sh
exec 2>&1
$SNUG_VM_KIT/snug run host echo plain
$SNUG_VM_KIT/snug run -m 64M host cat /sys/fs/cgroup/memory.max
SCRIPT
  chmod 0755 /var/tmp/login-check
  install -d -o dev -g dev -m 0700 /home/dev/.ssh
  rm -f /var/tmp/key /var/tmp/key.pub
  ssh-keygen -q -t ed25519 -N '' -f /var/tmp/key
  install -o dev -g dev -m 0600 /var/tmp/key.pub /home/dev/.ssh/authorized_keys
  systemctl start ssh
}
by_ssh() { ssh -q -i /var/tmp/key -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null dev@127.0.0.1 "$script"; }
by_su() { XDG_RUNTIME_DIR=/run/user/0 DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/0/bus setsid su dev -c "$script"; }
by_cron() {
  echo "@reboot dev $script >/var/tmp/by-cron 2>&1; echo end >>/var/tmp/by-cron" >/etc/cron.d/login-check
  chown dev /var/tmp
  rm -f /var/tmp/by-cron /run/crond.reboot
  systemctl restart cron
  until grep -qs end /var/tmp/by-cron; do
    systemctl -q is-active cron || break
    sleep 0.2
  done
  rm /etc/cron.d/login-check
  systemctl stop cron
  sed '/^end$/d' /var/tmp/by-cron
}
manager_gone() {
  loginctl disable-linger dev 2>/dev/null || true
  loginctl terminate-user dev 2>/dev/null || true
  # That it does not end is said by the test's time limit.
  while [[ -e /run/user/$(id -u dev) ]]; do sleep 0.2; done
}
manager_there() {
  loginctl enable-linger dev
  until [[ -e /run/user/$(id -u dev)/bus ]]; do
    if systemctl -q is-failed "user@$(id -u dev)"; then return 1; fi
    sleep 0.2
  done
}

@test "by ssh there is a systemd of the user's, and limits" {
  manager_gone
  run by_ssh
  [[ $output == $'plain\n67108864' ]] || fail_with "limits by ssh"
}

@test "su opens a session of the user's too, whatever variables it has kept" {
  manager_gone
  run by_su
  [[ $output == $'plain\n67108864' ]] || fail_with "limits by su"
}

@test "cron opens none: a limit is refused with what helps, and where the user lingers it is had" {
  manager_gone
  run by_cron
  [[ $output == plain$'\n'*"snug: "*"loginctl enable-linger"* ]] || fail_with "a run, and a refusal"
  manager_there
  run by_cron
  [[ $output == $'plain\n67108864' ]] || fail_with "limits by cron"
  # As from a script of root's that drops its rights and keeps its variables.
  run as_dev XDG_RUNTIME_DIR=/run/user/0 DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/0/bus "$script"
  [[ $output == $'plain\n67108864' ]] || fail_with "limits"
  manager_gone
}
