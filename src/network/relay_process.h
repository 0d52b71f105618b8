// What the processes that relay have in common, after fork(2).
#pragma once

#include <sys/types.h>

namespace snug::network {

// Ten thousand connections are twenty thousand descriptors, and the usual soft limit is 1024.
void raise_descriptor_limit();

// Ends this process with its parent, which is `parent`. After joining user namespaces, which may take the
// signal away with the old credentials: prctl(2). 0 or an errno, ESRCH where the parent has gone already.
int die_with(pid_t parent);

}  // namespace snug::network
