// What the three generators of completions ask of the definition.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/grammar/definition.h"

namespace snug::cli {

// A text, and the commands that have it in common.
struct SameText {
  std::string text{};
  std::vector<std::string_view> commands{};
};

// The texts that `make` returns for the commands. Commands with the text of CommandDef{} are left out.
std::vector<SameText> texts_of_commands(const std::function<std::string(const CommandDef&)>& make);

// The names of the options that take a value, refused ones among them, and the letters of both kinds, for a
// regular expression that matches "-itw".
struct OptionShapes {
  std::vector<std::string> valued{};
  std::string flag_letters{}, value_letters{};
};
OptionShapes shapes_of(const CommandDef& command);

// The commands that pass on every word after the first.
std::vector<std::string> payload_commands();

std::vector<std::string> choices_as_strings(const OptionDef& option);

// The choices for the first word after a command, if they are a fixed set: topics and shells.
std::vector<std::string> positional_choices(const CommandDef& command);

// The words that can follow "snug": "run", "shell", …, "profile", "image", …
std::vector<std::string> first_words();

// The second words of a family: "ls", "show", "check" for "profile".
std::vector<std::string> members_of(std::string_view family);

// The summary of a command, or the list of a family's members.
std::string first_word_summary(std::string_view word);

// A command's name as part of the name of a shell function: "profile_ls".
std::string function_name(std::string_view command);

}  // namespace snug::cli
