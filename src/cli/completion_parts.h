// What the three generators of completions ask of the definition.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/definition.h"

namespace snug {

// The options of all commands, each once.
std::vector<const OptionDef*> every_option();

std::vector<std::string> choices_as_strings(const OptionDef& option);

// What the first word after a command can be, where that is a fixed set: topics and shells.
std::vector<std::string> positional_choices(const CommandDef& command);

// "run", "shell", …, "profile", "image", …: what can follow "snug".
std::vector<std::string> first_words();

// "ls", "show", "check" of "profile".
std::vector<std::string> members_of(std::string_view family);

// A summary for a first word: the command's, or the list of a family's members.
std::string first_word_summary(std::string_view word);

// "profile_ls": a command's name as part of a shell function's name.
std::string function_name(std::string_view command);

}  // namespace snug
