// The options of run and shell that say how a container is looked after.
#pragma once

#include "base/result.h"
#include "cli/grammar/options.h"
#include "container/record.h"

namespace snug::cli {

// `image_signal` is the image's stop signal, or "".
Result<container::KeepRules> keep_rules(const RunOptions& run, const std::string& image_signal);

// "TERM", "SIGTERM" or "15". `what` names the option.
Result<int> parse_signal(std::string_view text, std::string_view what);

// Seconds, as docker's --time has them, in milliseconds.
Result<std::uint64_t> parse_seconds(std::string_view text, std::string_view what);

}  // namespace snug::cli
