// The cgroup of a sandbox, from before the clone to after its end.
#pragma once

#include <sys/types.h>

#include "cgroup/group.h"
#include "plan/plan.h"

namespace snug::launch {

class SandboxGroup {
 public:
  // The supervisor moves to where it can divide: once in a process, and before it forks another that is to
  // launch.
  static Status settle(const plan::LimitGroup& step);

  // Settles, makes the group and writes its limits. Fails with the file and the errno, which hints.h
  // explains.
  static Result<SandboxGroup> make(const plan::LimitGroup& step);

  SandboxGroup(SandboxGroup&&) = default;
  SandboxGroup& operator=(SandboxGroup&&) = delete;
  // Removes it: by then nothing is left in it.
  ~SandboxGroup();

  int dir() const { return group_.dir(); }

  // Has the kernel killed something in it for want of memory?
  bool out_of_memory() const;

 private:
  explicit SandboxGroup(cgroup::Group group) : group_{std::move(group)} {}

  cgroup::Group group_;
};

}  // namespace snug::launch
