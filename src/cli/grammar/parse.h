// The words of the command line become an Invocation. Nothing here looks at the machine.
#pragma once

#include <span>
#include <string_view>

#include "base/result.h"
#include "cli/grammar/definition.h"

namespace snug::cli {

// `words` are those after the program's own name. Every error names the option or the word it is about.
Result<Invocation> parse_command_line(std::span<const std::string_view> words);

Result<Invocation> parse_command_line(int argc, const char* const* argv);

// "snug CMD: WHAT", with the command's usage as the hint.
tl::unexpected<Error> wrong_words(const CommandDef& command, std::string_view what);

}  // namespace snug::cli
