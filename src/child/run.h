// The one entry: init's whole life, from clone on.
#pragma once

#include "child/program.h"

namespace snug::child {

// Runs in the new process, PID 1 of its namespaces. `wire` is init's end of the socketpair. Never returns.
[[noreturn]] void run_init(const Program& program, int wire);

}  // namespace snug::child
