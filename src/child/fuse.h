// Mounts that fuse-overlayfs serves.
#pragma once

#include "child/state.h"

namespace snug::child {

// Mounts FUSE at the path `target`, and asks the supervisor for the server: `number` says of which overlay, 0
// for the root, n + 1 for the nth copy-on-write view. Does not wait for it: whoever looks into the mount
// does, and gets ENOTCONN where the server has died. 0 or minus an errno.
int mount_fuse(const State& state, const char* target, unsigned number);

}  // namespace snug::child
