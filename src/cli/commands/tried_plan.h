// What a run chooses by trying, found out before there is a run.
#pragma once

#include <functional>

#include "host/real_host.h"
#include "plan/plan.h"

namespace snug {

// The plan that a run with `plan` would end with: as long as a trial is refused something that can be done
// without, `prepare` plans again. A trial makes the sandbox, without its disk, and executes nothing.
Result<Plan> tried_plan(Plan plan, const std::function<Result<Plan>()>& prepare, RealHost& host);

// The same where the user has allowed a lower level of isolation: what it costs is told before the run.
Result<Plan> settled_level(Plan plan, const std::function<Result<Plan>()>& prepare, RealHost& host);

}  // namespace snug
