// From what was typed to what will be done: the one way to a plan, for run, shell, explain and --dry-run
// alike.
#pragma once

#include "base/result.h"
#include "cli/grammar/options.h"
#include "host/real_host.h"
#include "plan/plan.h"
#include "spec/settings.h"

namespace snug {

struct PreparedRun {
  Spec spec{};
  Image image{};
  Plan plan{};
};

// Profile, flags, image, plan.
Result<PreparedRun> prepare_run(const RunOptions& options, Command command, const RealHost& host);

// A container in the background has a name; one that was given none gets one.
void settle_name(RunOptions& run);

// The same for what is wanted already: a container that is started again.
Result<PreparedRun> prepare_spec(Spec spec, const RealHost& host);

// Answers what run would do; explain prints it, run does it.
Result<Plan> prepare_plan(const RunOptions& options, Command command, const RealHost& host);

}  // namespace snug
