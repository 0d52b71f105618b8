// What a sandbox has besides: Landlock, the system call filter, a terminal; and where this is.
#include <fmt/format.h>

#include <cerrno>
#include <cstring>

#include "doctor/diagnose.h"

namespace snug::doctor {
namespace {

Finding judge_landlock(const Facts& facts) {
  const KernelFacts& kernel = facts.kernel;
  if (kernel.landlock_abi > 0)
    return {.check = "landlock",
            .consequence = fmt::format("a second wall beneath the mounts (ABI {})", kernel.landlock_abi)};
  Finding finding{.check = "landlock",
                  .level = Level::Degraded,
                  .consequence = "the second wall beneath the mounts is missing; the mounts themselves hold",
                  .who = Who::Root};
  if (kernel.landlock.value_or(0) == EPERM) {
    finding.cause = "an outer filter refuses Landlock";
    finding.fix = {"allow landlock_create_ruleset, landlock_add_rule and landlock_restrict_self in it"};
    finding.who = Who::OuterContainer;
  } else if (kernel_is_older(facts, {5, 13})) {
    finding.cause = fmt::format("Linux {} has no Landlock (5.13 has)", kernel.release);
  } else {
    finding.cause = "Landlock is not built into this kernel, or not switched on";
    finding.fix = {"add landlock to the list of lsm= on the kernel's command line"};
  }
  if (finding.fix.empty())
    finding.who = Who::Nobody;
  return finding;
}

Finding judge_filter(const Facts& facts) {
  if (facts.kernel.filter == 0)
    return {.check = "system call filter", .consequence = "system calls that nobody needs are closed inside"};
  return {.check = "system call filter",
          .level = Level::Broken,
          .consequence = "runs need security.seccomp = \"off\"",
          .cause = fmt::format("this kernel installs no seccomp filter ({})",
                               facts.kernel.filter ? strerrorname_np(*facts.kernel.filter) : "not tried"),
          .fix = {"a kernel with CONFIG_SECCOMP_FILTER"},
          .who = Who::Root};
}

Finding judge_terminal(const Facts& facts) {
  if (facts.kernel.terminal == 0)
    return {.check = "terminal", .consequence = "shells inside have a terminal of their own"};
  return {.check = "terminal",
          .level = Level::Degraded,
          .consequence = "snug shell and -t may have no terminal",
          .cause = fmt::format("no pty can be opened through /dev/ptmx ({})",
                               facts.kernel.terminal ? strerrorname_np(*facts.kernel.terminal) : "not tried"),
          .fix = {"mount devpts on /dev/pts; more than kernel.pty.max ptys may be open"},
          .who = Who::Root};
}

}  // namespace

std::vector<Finding> judge_rest(const Facts& facts) {
  std::vector<Finding> findings{judge_filter(facts), judge_landlock(facts), judge_terminal(facts)};
  if (facts.kernel.selinux_enforcing)
    findings.push_back({.check = "SELinux",
                        .consequence = fmt::format(
                            "enforcing; runs have the label of this shell{}, and snug relabels nothing",
                            facts.process.label.empty() ? "" : fmt::format(" ({})", facts.process.label))});
  if (facts.process.file_capabilities)
    findings.push_back(
        {.check = "snug itself",
         .level = Level::Degraded,
         .consequence = "it has rights that it does not need",
         .cause = fmt::format("{} has file capabilities, left from something else", facts.process.program),
         .fix = {fmt::format("sudo setcap -r {}", facts.process.program)},
         .who = Who::Root});
  if (in_sandbox(facts))
    findings.push_back(
        {.check = "this place",
         .consequence = "this is itself a sandbox: what the machine allows cannot be judged from here",
         .cause = "one id is mapped, and a system call filter is on",
         .fix = {"run snug doctor outside"},
         .who = Who::You});
  else if (!facts.process.container.empty())
    findings.push_back(
        {.check = "this place",
         .consequence = fmt::format("inside a container ({}): what is said here is true in it only",
                                    facts.process.container)});
  return findings;
}

}  // namespace snug::doctor
