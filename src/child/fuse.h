// Mounts that fuse-overlayfs serves.
#pragma once

#include "child/state.h"

namespace snug::child {

// Mounts FUSE at the path `target`, and asks the supervisor for the server: `step` is the index into the plan
// of the step whose overlay it is. Does not wait for it: whoever looks into the mount does, and gets ENOTCONN
// where the server has died. 0 or minus an errno.
int mount_fuse(const State& state, const char* target, unsigned step);

}  // namespace snug::child
