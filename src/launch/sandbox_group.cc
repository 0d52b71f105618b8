#include "launch/sandbox_group.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

#include "base/try.h"
#include "cgroup/home.h"

namespace snug::launch {

Status SandboxGroup::settle(const plan::LimitGroup& step) {
  // The pid: several runs of one profile, and of one user, have scopes at the same time.
  return cgroup::Home::of_process().settle(step.delegation, fmt::format("{}-{}", step.unit, getpid()));
}

Result<SandboxGroup> SandboxGroup::make(const plan::LimitGroup& step) {
  TRY(settle(step));
  auto made = TRY(cgroup::Home::of_process().make_group(step.controllers));
  SandboxGroup group{std::move(made)};
  for (const plan::GroupLimit& limit : step.limits) {
    if (limit.optional && !cgroup::has_file(group.dir(), limit.file))
      continue;
    TRY(cgroup::write_to(group.dir(), limit.file, limit.value));
  }
  return group;
}

SandboxGroup::~SandboxGroup() {
  if (group_.dir() < 0)
    return;  // moved from
  (void)group_.remove();
  cgroup::Home::of_process().leave();
}

bool SandboxGroup::out_of_memory() const {
  return cgroup::number_of(group_.dir(), "memory.events", "oom_kill").value_or(0) > 0;
}

}  // namespace snug::launch
