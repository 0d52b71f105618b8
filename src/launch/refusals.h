// What only the kernel can say, and says to the run itself: the run is then planned again without it.
#pragma once

#include "host/real_host.h"
#include "launch/launch.h"

namespace snug::launch {

// Did the kernel refuse something that the plan can do without? Then `host` remembers it, and the next plan
// has fuse-overlayfs in place of the kernel's overlay, or, where the user has allowed that level of
// isolation, what an outer container leaves it; or it fails and says why not. Each is refused once, so that
// planning again comes to an end.
bool note_refusal(const plan::Plan& plan, const LaunchError& failure, host::RealHost& host);

}  // namespace snug::launch
