// The handlers that run, shell and explain share.
#pragma once

#include "base/result.h"
#include "cli/grammar/definition.h"

namespace snug::cli {

// Runs a sandbox, for run and for shell. With --dry-run it does what explain does.
Result<int> run_command(const Invocation& invocation);

Result<int> explain_command(const Invocation& invocation);

}  // namespace snug::cli
