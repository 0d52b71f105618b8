// Landlock's rules for the payload.
#pragma once

#include "child/program.h"

namespace snug::child {

// Restricts the calling thread and all that it starts from now on, as landlock_restrict_self(2). No new
// privileges must be set, and the root be the sandbox's. 0 or minus an errno; nothing is done where wall.abi
// is 0.
int apply_landlock(const Landlock& wall);

}  // namespace snug::child
