// The plan for people (explain, --dry-run).
#pragma once

#include <string>

#include "cli/show/report.h"
#include "plan/plan.h"

namespace snug::cli {

// Phase by phase, a step a line, with what asked for it where that is not a default. `verbose` tells
// environment values too.
std::string plan_text(const plan::Plan& plan, Colour colour, bool verbose);

}  // namespace snug::cli
