// Limits need a cgroup of one's own: version 2, with controllers delegated, by the user's systemd or by who
// started this.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/text.h"
#include "doctor/diagnose.h"

namespace snug::doctor {
namespace {

constexpr std::array<std::string_view, 5> kWanted{"memory", "pids", "cpu", "io", "cpuset"};

bool has(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

Finding none(std::string cause, std::vector<std::string> fix, Who who) {
  return {.check = "limits",
          .level = Level::Degraded,
          .consequence =
              "no limits of memory, processes or CPU; of open files, time and the layer in memory there are",
          .cause = std::move(cause),
          .fix = std::move(fix),
          .who = who};
}

// No way to the user's systemd, which alone could give a cgroup.
Finding no_manager(const Facts& facts) {
  const CgroupFacts& cgroup = facts.cgroup;
  const std::uint32_t uid = facts.process.uid;
  const std::string error = cgroup.bus ? strerrorname_np(*cgroup.bus) : "not tried";
  if (cgroup.runtime_owner && *cgroup.runtime_owner != uid) {
    Finding finding = none(
        fmt::format("XDG_RUNTIME_DIR is {}, which belongs to user {}: you came in by su or sudo, and the "
                    "variables of that user are still set",
                    cgroup.runtime_dir, *cgroup.runtime_owner),
        {fmt::format("come in with machinectl shell {}@, or by ssh", facts.process.user)}, Who::You);
    if (cgroup.own_runtime_dir)
      finding.fix.push_back(
          fmt::format("or, for this shell: export XDG_RUNTIME_DIR=/run/user/{0} "
                      "DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/{0}/bus",
                      uid));
    return finding;
  }
  if (!facts.process.container.empty())
    return none(
        fmt::format("the outer container delegates no cgroup, and has no systemd of yours ({})", error),
        {"podman run --cgroupns=private --security-opt unmask=/sys/fs/cgroup ..., or a container with "
         "systemd in it"},
        Who::OuterContainer);
  if (!cgroup.systemd)
    return none("no cgroup is delegated to you, and there is no systemd to ask for one",
                {fmt::format("sudo mkdir /sys/fs/cgroup/{0} && sudo chown -R {0} /sys/fs/cgroup/{0}, and "
                             "start your shell in it",
                             facts.process.user)},
                Who::Root);
  if (cgroup.own_runtime_dir && cgroup.runtime_dir.empty())
    return none("XDG_RUNTIME_DIR is not set, so that your systemd is not found",
                {fmt::format("export XDG_RUNTIME_DIR=/run/user/{}", uid)}, Who::You);
  return none(
      fmt::format("there is no systemd of yours to be reached ({}): su, sudo, cron and a login without PAM "
                  "start none",
                  error),
      {fmt::format(
          "sudo loginctl enable-linger {}   (starts one at boot), or come in with machinectl shell {}@",
          facts.process.user, facts.process.user)},
      Who::Root);
}

Finding judge_controllers(const Facts& facts) {
  const CgroupFacts& cgroup = facts.cgroup;
  std::vector<std::string> had;
  std::vector<std::string> missing;
  for (const std::string_view name : kWanted) {
    if (has(cgroup.yours, name))
      had.emplace_back(name);
    else if (has(cgroup.present, name) || cgroup.present.empty())
      missing.emplace_back(name);
  }
  if (missing.empty())
    return {.check = "limits", .consequence = fmt::format("can be set: {}", join(had, ", "))};
  const std::string unit = fmt::format("user@{}.service", facts.process.uid);
  return {
      .check = "limits",
      .level = Level::Degraded,
      .consequence = fmt::format(
          "{}; not: {}", had.empty() ? "none" : fmt::format("only {}", join(had, ", ")), join(missing, ", ")),
      .cause = fmt::format("{} {} not delegated to {} (it has: {})", join(missing, ", "),
                           missing.size() == 1 ? "is" : "are", cgroup.writable ? cgroup.own : unit,
                           had.empty() ? "none" : join(had, " ")),
      .fix = {"sudo mkdir -p /etc/systemd/system/user@.service.d",
              "printf '[Service]\\nDelegate=cpu cpuset io memory pids\\n' | sudo tee "
              "/etc/systemd/system/user@.service.d/delegate.conf",
              "sudo systemctl daemon-reload", "log in again"},
      .who = Who::Root};
}

}  // namespace

std::vector<Finding> judge_limits(const Facts& facts) {
  const CgroupFacts& cgroup = facts.cgroup;
  // "0::/" stands in /proc/self/cgroup of a hybrid machine too, without a controller behind it.
  if (!cgroup.v2)
    return {none(
        cgroup.hybrid
            ? "cgroups are hybrid here: the controllers are in version 1, where an ordinary user has none"
        : cgroup.v1 ? "cgroups are of version 1 here, where an ordinary user has none"
                    : "no cgroup file system is mounted at /sys/fs/cgroup",
        {facts.process.container.empty() ? "boot with systemd.unified_cgroup_hierarchy=1 on the kernel's "
                                           "command line (systemd 247 or later has it so)"
                                         : "the outer machine must use cgroup version 2"},
        facts.process.container.empty() ? Who::Root : Who::OuterContainer)};
  if (!cgroup.writable && cgroup.bus.value_or(0) != 0)
    return {no_manager(facts)};
  std::vector<Finding> findings{judge_controllers(facts)};
  if (cgroup.systemd && !cgroup.lingers && facts.process.uid != 0)
    findings.push_back({.check = "logging out",
                        .consequence = "ends containers in the background that have limits",
                        .cause = "they belong to your systemd, which ends with your last session",
                        .fix = {"loginctl enable-linger"},
                        .who = Who::You});
  return findings;
}

}  // namespace snug::doctor
