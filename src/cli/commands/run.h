// What run, shell and explain have of each other.
#pragma once

#include "base/result.h"
#include "cli/grammar/definition.h"

namespace snug {

// Runs a sandbox, for run and for shell. With --dry-run the same as explain.
Result<int> run_command(const Invocation& invocation);

Result<int> explain_command(const Invocation& invocation);

}  // namespace snug
