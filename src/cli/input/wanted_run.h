// From what was typed to what is wanted: profile and flags, and the image that they name. What is done with
// it is session/'s.
#pragma once

#include "base/result.h"
#include "cli/grammar/options.h"
#include "host/real_host.h"
#include "session/planning.h"

namespace snug::cli {

// Of run, shell and explain alike. Fails with the profile's line or the option that is wrong.
Result<session::Wanted> wanted_run(const RunOptions& options, const host::RealHost& host);

// A container in the background has a name; one that was given none gets one.
void settle_name(RunOptions& run);

}  // namespace snug::cli
