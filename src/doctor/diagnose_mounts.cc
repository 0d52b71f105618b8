// What is refused after the user namespace was made: mounts, /proc, /sys, loopback, settings, filters.
#include <fmt/format.h>

#include <cerrno>

#include "base/text.h"
#include "doctor/diagnose.h"

namespace snug::doctor {
namespace {

std::string check_of(Stage stage) {
  switch (stage) {
    case Stage::Proc:
      return "/proc";
    case Stage::Sys:
      return "/sys";
    case Stage::Loopback:
      return "loopback";
    case Stage::Settings:
      return "kernel settings";
    case Stage::Terminal:
      return "terminal";
    case Stage::Landlock:
      return "landlock";
    case Stage::Filter:
      return "system call filter";
    default:
      return "mounts";
  }
}

Finding broken(Stage stage, std::string cause, std::vector<std::string> fix, Who who) {
  return {.check = check_of(stage),
          .level = Level::Broken,
          .consequence = "no sandbox can be made",
          .cause = std::move(cause),
          .fix = std::move(fix),
          .who = who};
}

// Snug in snug.
constexpr const char* kOuterProfile = "in the outer sandbox's profile, under [security]: proc = \"full\"";

// What the sandbox can do without, where its user says so.
void add_lower_level(Finding& finding) {
  finding.fix.emplace_back("or do without, with what is outside seen inside: snug run --require no-proc ...");
}

// At most four of them: kernels and containers mask a dozen.
std::string shown(const std::vector<std::string>& paths) {
  const std::vector<std::string> first{
      paths.begin(), paths.begin() + static_cast<long>(std::min<std::size_t>(4, paths.size()))};
  return join(first, ", ") + (paths.size() > 4 ? fmt::format(" and {} more", paths.size() - 4) : "");
}

// A fresh /proc or /sys is given only where the one outside is fully visible.
Finding masked(const Facts& facts, const Failure& failure) {
  const bool proc = failure.stage == Stage::Proc;
  const auto& over = proc ? facts.kernel.over_proc : facts.kernel.over_sys;
  const bool contained = !facts.process.container.empty();
  const std::string_view name = proc ? "/proc" : "/sys";
  Finding finding =
      broken(failure.stage,
             over.empty()
                 ? fmt::format("the {} outside is not fully visible{}, so that the kernel gives no fresh one",
                               name, proc && facts.kernel.proc_read_only ? " (it is read-only)" : "")
                 : fmt::format("{} is masked by {} at {}, so that the kernel gives no fresh one", name,
                               contained ? "the outer container" : "mounts", shown(over)),
             {}, contained ? Who::OuterContainer : Who::Root);
  if (proc)
    finding.consequence = "no sandbox with a /proc of its own can be made";
  if (facts.process.container == "podman")
    finding.fix = {"podman run --security-opt unmask=ALL ..."};
  else if (contained)
    finding.fix = {
        "docker run --security-opt systempaths=unconfined ... (Kubernetes: securityContext.procMount: "
        "Unmasked)"};
  else if (in_sandbox(facts)) {
    finding.fix = {kOuterProfile};
    finding.who = Who::You;
  } else if (!over.empty())
    finding.fix = {fmt::format("umount what lies on {}, or run snug where it is not masked", name)};
  else
    finding.fix = {fmt::format("run snug where {} is mounted whole", name)};
  add_lower_level(finding);
  return finding;
}

// EACCES: a security module. EPERM is said by the kernel itself, or by a filter.
Finding by_module(const Facts& facts, const Failure& failure) {
  const bool selinux = facts.kernel.selinux_enforcing;
  const bool contained = !facts.process.container.empty();
  const std::string name = selinux ? "SELinux" : "AppArmor";
  const std::string label =
      facts.process.label.empty() ? "" : fmt::format(" (this process is {})", facts.process.label);
  if (contained)
    return broken(failure.stage, fmt::format("{} of the outer container refuses mounts{}", name, label),
                  {fmt::format("{} run --security-opt {} ...",
                               facts.process.container == "podman" ? "podman" : "docker",
                               selinux ? "label=disable" : "apparmor=unconfined")},
                  Who::OuterContainer);
  return broken(failure.stage, fmt::format("a security module, {} as it seems, refuses it{}", name, label),
                {selinux ? "see what was denied: sudo ausearch -m avc -ts recent"
                         : "see what was denied: sudo journalctl -k -g DENIED"},
                Who::Root);
}

}  // namespace

Finding mount_refused(const Facts& facts, const Failure& failure) {
  const int err = failure.err;
  const bool refused = err == EPERM || err == EACCES;
  const std::string check = check_of(failure.stage);
  const bool hidden = failure.stage == Stage::Proc
                          ? !facts.kernel.over_proc.empty() || facts.kernel.proc_read_only
                      : failure.stage == Stage::Sys ? !facts.kernel.over_sys.empty()
                                                    : false;
  if (err == EPERM && hidden)
    return masked(facts, failure);
  if (refused && apparmor_restricts(facts) && facts.process.container.empty())
    return apparmor_finding(facts, check);
  if ((err == EPERM || err == ENOSYS) && facts.process.seccomp == 2) {
    Finding finding = outer_filter_finding(facts, check);
    if (failure.stage == Stage::Settings)
      add_lower_level(finding);
    return finding;
  }
  if (err == EPERM && (failure.stage == Stage::Proc || failure.stage == Stage::Sys))
    return masked(facts, failure);
  if (err == EACCES && failure.stage != Stage::Landlock)
    return by_module(facts, failure);
  if (err == EROFS && failure.stage == Stage::Settings) {
    Finding finding =
        broken(failure.stage, "/proc/sys is mounted read-only where snug starts",
               {facts.process.container == "podman" ? "podman run --security-opt unmask=ALL ..."
                : in_sandbox(facts)                 ? kOuterProfile
                : facts.process.container.empty()   ? "mount -o remount,rw /proc/sys"
                                                    : "docker run --security-opt systempaths=unconfined ..."},
               in_sandbox(facts)                 ? Who::You
               : facts.process.container.empty() ? Who::Root
                                                 : Who::OuterContainer);
    add_lower_level(finding);
    return finding;
  }
  if (err == ENOSPC && !sysctl(facts, "fs/mount-max").empty())
    return broken(
        failure.stage,
        fmt::format("the limit on mounts is reached (fs.mount-max is {}); this ENOSPC is no full disk",
                    sysctl(facts, "fs/mount-max")),
        {"sudo sysctl fs.mount-max=100000"}, Who::Root);
  if (err == ENOSYS && kernel_is_older(facts, {5, 10}))
    return broken(failure.stage, fmt::format("Linux {} lacks a call that snug needs", facts.kernel.release),
                  {"Linux 5.10 or newer"}, Who::Root);
  return unknown_cause(failure, check);
}

}  // namespace snug::doctor
