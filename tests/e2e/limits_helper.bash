# shellcheck shell=bash
# What the suites of limits share. To be loaded behind helper.

eval "$(declare -f teardown | sed '1s/teardown/common_teardown/')"
prepare() {
  snug run -q --pids-limit 100 host true || lacks "cgroups that are delegated to $(id -un)"
}
teardown() {
  local name failed=0
  for name in $("$SNUG" ps -a -q 2>/dev/null); do "$SNUG" rm -f "$name" >/dev/null; done
  eventually nothing_is_left || failed=1
  common_teardown && ((failed == 0))
}
# The suite has a run-time directory of its own; systemd's tools look in the session's.
user_systemd() { env XDG_RUNTIME_DIR="/run/user/$(id -u)" "$@"; }
# Neither a scope nor a group.
nothing_is_left() {
  [[ -z $(user_systemd systemctl --user list-units --all --plain --no-legend 'snug-*') ]]
}
# group_of NAME: the path of a container's group, as the host sees it.
group_of() { sed -n 's/^0:://p' "/proc/$("$SNUG" inspect "$1" | jq '.[0].state.init_pid')/cgroup"; }
