// init's life once the payload runs: it reaps, passes signals on, and starts what joins.
#pragma once

#include "child/state.h"

namespace snug::child {

// Until the payload has ended; its wait status. `program` need not stay in memory.
int serve_until_end(const State& state, const Program& program, pid_t payload);

// Sends the supervisor the user and the network namespace, before anything is mounted. Through the host's
// /proc, in which init may open its own. 0, or minus an errno.
int hand_out_namespaces(const State& state);

// Sends the supervisor what lets it look into the sandbox and join its namespaces: the root, the user and
// the network namespace. 0, or minus an errno.
int hand_out_tree(const State& state);

}  // namespace snug::child
