// What snug doctor knows, on the errors of a run.
#pragma once

#include "host/host_view.h"
#include "launch/launch.h"
#include "plan/plan.h"

namespace snug::session {

// Where the machine is to blame for a step's failure and the cause is found, it becomes the error's hint.
void explain_failed_step(const plan::Plan& plan, launch::LaunchError& failure, const host::HostView& host);

}  // namespace snug::session
