#pragma once

#include "base/result.h"
#include "cli/grammar/invocation.h"

namespace snug::cli {

// Runs the command that was typed; --help and --version before all else.
Result<int> dispatch(const Invocation& invocation);

}  // namespace snug::cli
