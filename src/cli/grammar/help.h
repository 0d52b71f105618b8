// Help texts, made from the definition of the command line.
#pragma once

#include <string>

#include "base/result.h"
#include "cli/grammar/definition.h"
#include "cli/grammar/help_text.h"
#include "cli/show/report.h"

namespace snug::cli {

std::string overview_help(Colour colour);
std::string command_help(const CommandDef& command, Colour colour);
std::string family_help(std::string_view family, Colour colour);
std::string topic_help(const Topic& topic, Colour colour);
std::string option_help(const CommandDef& command, const OptionDef& option, Colour colour);

// "-v, --volume SRC:DST[:ro|rw|cow]"
std::string option_synopsis(const OptionDef& option);

// The help on a command, a family of commands, a topic or an option ("--volume"), as in `snug help WORDS…`;
// the overview if there are no words.
Result<std::string> help_on(const std::vector<std::string>& words, Colour colour);

}  // namespace snug::cli
