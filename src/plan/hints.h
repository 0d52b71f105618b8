// From a failed step and an errno to what the user is told: kernel errnos can mislead, and what is known
// about that stands here.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "plan/step.h"

namespace snug::plan {

// `detail` is the index of the part of the step that failed (a layer, a device), or -1.
Error explain_failure(const PlannedStep& planned, int err, int detail);

// For a system call of the supervisor's own, which Linux has from `since` on ("5.3"). "" unless `err` is
// ENOSYS.
std::string hint_unknown_call(int err, std::string_view call, std::string_view since);

}  // namespace snug::plan
