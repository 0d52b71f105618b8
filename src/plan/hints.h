// From a failed step and an errno to what the user is told: kernel errnos can mislead, and what is known
// about that stands here.
#pragma once

#include "base/result.h"
#include "plan/step.h"

namespace snug {

// `detail` is the index of the part of the step that failed (a layer, a device), or -1.
Error explain_failure(const PlannedStep& planned, int err, int detail);

}  // namespace snug
