// What a command has made where tools of the host would act upon it.
#pragma once

#include <string>
#include <vector>

#include "cli/grammar/options.h"
#include "plan/plan.h"

namespace snug::cli {

void print_made(const std::vector<std::string>& names, const CommonOptions& common);

}  // namespace snug::cli
