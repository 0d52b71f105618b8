// The words of the command line become Options. Nothing here looks at the machine.
#pragma once

#include <span>
#include <string_view>

#include "base/result.h"
#include "cli/grammar/options.h"

namespace snug {

// `words` are those after the program's own name. Every error names the option or the word it is about.
Result<Options> parse_command_line(std::span<const std::string_view> words);

Result<Options> parse_command_line(int argc, const char* const* argv);

}  // namespace snug
