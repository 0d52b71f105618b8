// An overlay that the kernel refuses is found out by the run itself, which is then planned again.
#pragma once

#include "host/real_host.h"
#include "launch/launch.h"

namespace snug {

// Did the kernel refuse the overlay that the plan has? Then `host` remembers it, and the next plan has
// fuse-overlayfs or says why not.
bool note_refused_overlay(const Plan& plan, const LaunchError& failure, RealHost& host);

}  // namespace snug
