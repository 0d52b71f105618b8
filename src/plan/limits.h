// The limits of cgroup version 2 that a Spec asks for, as the kernel's files take them.
#pragma once

#include <vector>

#include "base/result.h"
#include "host/host_view.h"
#include "plan/step.h"
#include "spec/settings_fwd.h"

namespace snug::plan {

struct WantedLimit {
  std::string key{};  // of the profile: "limits.memory"
  Origin origin{};
  GroupLimit limit{};
};

// In the order in which they are to be written. Fails for a block device that is not there.
Result<std::vector<WantedLimit>> wanted_limits(const spec::Spec& spec, const host::HostView& host);

}  // namespace snug::plan
