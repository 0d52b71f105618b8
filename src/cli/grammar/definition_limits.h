// The limits that a run is given and `snug update` can change. A part of run's options.
#pragma once

#include "cli/grammar/definition.h"

namespace snug::cli::definition {

constexpr std::string_view kLimits = "Limits";

extern const OptionDef kLimitOptions[8];

}  // namespace snug::cli::definition
