// Why no user namespace can be made, or not be used.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/path.h"
#include "doctor/diagnose.h"

namespace snug::doctor {
namespace {

constexpr std::string_view kNamespaces = "user namespaces";
constexpr std::string_view kNone = "no sandbox can be made";

Finding broken(std::string check, std::string cause, std::vector<std::string> fix, Who who) {
  return {.check = std::move(check),
          .level = Level::Broken,
          .consequence = std::string{kNone},
          .cause = std::move(cause),
          .fix = std::move(fix),
          .who = who};
}

std::vector<std::string> set_sysctl(std::string_view name, std::string_view value) {
  return {fmt::format("echo {}={} | sudo tee /etc/sysctl.d/60-userns.conf", name, value),
          "sudo sysctl --system"};
}

// ENOSPC: one of the counts is 0, or used up, or namespaces are nested too deeply.
Finding count_finding(const Facts& facts) {
  constexpr std::array kCounts{"user", "mnt", "pid", "ipc", "uts", "cgroup", "net"};
  for (const std::string_view kind : kCounts) {
    const std::string name = fmt::format("user/max_{}_namespaces", kind);
    if (sysctl(facts, name) != "0")
      continue;
    if (in_user_namespace(facts))
      return broken(
          std::string{kNamespaces},
          fmt::format("user.max_{}_namespaces is 0 in the user namespace that this runs in: whoever made "
                      "it wants no sandbox inside",
                      kind),
          {"run snug outside; of snug's own sandboxes: a profile with security.nested-userns = true"},
          Who::You);
    return broken(std::string{kNamespaces}, fmt::format("user.max_{}_namespaces is 0", kind),
                  set_sysctl(fmt::format("user.max_{}_namespaces", kind), "28633"), machine_root(facts));
  }
  const std::string_view most = sysctl(facts, "user/max_user_namespaces");
  return broken(
      std::string{kNamespaces},
      fmt::format("namespaces are used up{}, or nested more than 32 deep; this ENOSPC is no full disk",
                  most.empty() ? "" : fmt::format(" (user.max_user_namespaces is {})", most)),
      set_sysctl("user.max_user_namespaces", "28633"), machine_root(facts));
}

bool is_wsl1(const Facts& facts) {
  return facts.kernel.release.ends_with("-Microsoft");
}

bool is_mapped(const Facts& facts) {
  return std::ranges::any_of(facts.process.ids, [&](const IdRange& range) {
    return facts.process.uid >= range.inside && facts.process.uid - range.inside < range.count;
  });
}

// EPERM and EACCES of the clone itself.
Finding refused(const Facts& facts, const Failure& failure) {
  const std::string check{kNamespaces};
  if (facts.process.chrooted)
    return broken(check,
                  "this runs inside a chroot, where the kernel allows no user namespace (user_namespaces(7))",
                  {"run snug outside of it, or enter the tree with systemd-nspawn or snug instead of chroot"},
                  Who::You);
  if (sysctl(facts, "kernel/unprivileged_userns_clone") == "0" && facts.process.uid != 0)
    return broken(check, "kernel.unprivileged_userns_clone is 0",
                  set_sysctl("kernel.unprivileged_userns_clone", "1"), machine_root(facts));
  if (in_user_namespace(facts) && !is_mapped(facts))
    return broken(check,
                  fmt::format("user {} has no id in the user namespace that this runs in", facts.process.uid),
                  {"whoever made the namespace must map your id (unshare --map-current-user)"}, Who::You);
  if (facts.process.seccomp == 2)
    return outer_filter_finding(facts, check);
  if (failure.err == EACCES && apparmor_restricts(facts))
    return apparmor_finding(facts, check);
  if (failure.err == EACCES)
    return broken(check,
                  fmt::format("a security module ({}) refuses user namespaces",
                              facts.kernel.selinux_enforcing ? "SELinux" : "AppArmor or another"),
                  {"see the audit log: sudo ausearch -m avc, or sudo journalctl -k -g DENIED"}, Who::Root);
  return unknown_cause(failure, check);
}

}  // namespace

Finding namespaces_refused(const Facts& facts, const Failure& failure) {
  const std::string check{failure.stage == Stage::OneId ? "id map" : kNamespaces};
  if (is_wsl1(facts))
    return broken(check, "this is WSL 1, whose kernel has no namespaces",
                  {"in Windows: wsl --set-version DISTRIBUTION 2"}, Who::You);
  if (in_sandbox(facts) && failure.err != ENOSPC)
    return broken(
        check, "this is itself a sandbox: what the machine allows cannot be judged from here",
        {"run snug doctor outside; inside one of snug's own: a profile with security.nested-userns = true"},
        Who::You);
  if (failure.stage == Stage::OneId) {
    if (apparmor_restricts(facts) && (failure.err == EPERM || failure.err == EACCES))
      return apparmor_finding(facts, check);
    if (facts.process.file_capabilities || facts.process.capabilities)
      return broken(check,
                    fmt::format("{} has file capabilities, which change who may write an id map",
                                facts.process.program),
                    {fmt::format("sudo setcap -r {}", facts.process.program)}, Who::Root);
    if (failure.err == EACCES)
      return broken(check, "a security module lets user namespaces be made, but not be used",
                    {"see the audit log: sudo ausearch -m avc, or sudo journalctl -k -g DENIED"}, Who::Root);
    return unknown_cause(failure, check);
  }
  switch (failure.err) {
    case ENOSPC:
      return count_finding(facts);
    case EUSERS:
      return broken(check, "user namespaces are nested too deeply (32 levels)",
                    {"run snug outside of some of them"}, Who::You);
    case EPERM:
    case EACCES:
      return refused(facts, failure);
    case ENOSYS:
      if (facts.process.seccomp == 2)
        return outer_filter_finding(facts, check);
      break;
    case EINVAL:
      return broken(
          check,
          fmt::format("this kernel ({}) was built without a namespace that snug needs", facts.kernel.release),
          {"a kernel with CONFIG_USER_NS, PID_NS, NET_NS, IPC_NS, UTS_NS and CGROUPS, of Linux 5.10 or "
           "newer"},
          Who::Root);
    default:
      break;
  }
  return unknown_cause(failure, check);
}

bool apparmor_restricts(const Facts& facts) {
  const std::string_view restricted = sysctl(facts, "kernel/apparmor_restrict_unprivileged_userns");
  return (!restricted.empty() && restricted != "0") ||
         facts.process.inside_label.find("unprivileged_userns") != std::string::npos;
}

Finding apparmor_finding(const Facts& facts, std::string check) {
  const std::string& program = facts.process.program;
  Finding finding =
      broken(std::move(check),
             "user namespaces are restricted by AppArmor (kernel.apparmor_restrict_unprivileged_userns=1)",
             {"snug doctor --apparmor | sudo tee /etc/apparmor.d/snug",
              "sudo apparmor_parser -r /etc/apparmor.d/snug",
              fmt::format("(allows only {}; the switch for the whole system is not needed)", program)},
             Who::Root);
  if (!facts.kernel.apparmor_profile.empty() &&
      facts.kernel.apparmor_profile.find(program) == std::string::npos)
    finding.cause +=
        fmt::format("; the profile in /etc/apparmor.d/snug is for another path than {}", program);
  else if (!facts.process.container.empty())
    finding.who = Who::OuterContainer,
    finding.fix = {fmt::format("{} run --security-opt apparmor=unconfined ...",
                               facts.process.container == "podman" ? "podman" : "docker")};
  if (!facts.process.open_to.empty())
    finding.fix.push_back(fmt::format("first close {}: others may replace what the profile would allow",
                                      facts.process.open_to));
  return finding;
}

Finding outer_filter_finding(const Facts& facts, std::string check) {
  if (facts.process.container.empty())
    return broken(
        std::move(check),
        "a system call filter (seccomp) of whoever started this refuses what a sandbox needs",
        {"run snug outside of it; it must allow unshare, clone, clone3, mount, pivot_root and setns"},
        Who::You);
  return broken(
      std::move(check),
      fmt::format("the system call filter (seccomp) of the {} container refuses what a sandbox needs",
                  facts.process.container),
      {"start it with --security-opt seccomp=unconfined --security-opt apparmor=unconfined, or with a "
       "seccomp profile that allows unshare, clone, clone3, mount, pivot_root and setns"},
      Who::OuterContainer);
}

}  // namespace snug::doctor
