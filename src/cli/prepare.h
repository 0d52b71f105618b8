// From what was typed to what will be done: the one way to a plan, for run, shell, explain and --dry-run
// alike.
#pragma once

#include "base/result.h"
#include "cli/options.h"
#include "host/real_host.h"
#include "launch/launch.h"
#include "plan/plan.h"

namespace snug {

// Profile, flags, image, plan. Answers what run would do; explain prints it, run does it.
Result<Plan> prepare_plan(const RunOptions& options, Command command, const RealHost& host);

// Did the kernel refuse the overlay that the plan has? Then `host` remembers it, and the next plan has
// fuse-overlayfs or says why not.
bool note_refused_overlay(const Plan& plan, const LaunchError& failure, RealHost& host);

}  // namespace snug
