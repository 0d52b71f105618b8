// What the three generators of completions ask of the definition.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/grammar/definition.h"

namespace snug {

// A text, and the commands of which it is the same.
struct SameText {
  std::string text{};
  std::vector<std::string_view> commands{};
};

// What `make` says of each command, but for those of which it says nothing else than of no command at all.
std::vector<SameText> texts_of_commands(const std::function<std::string(const CommandDef&)>& make);

// The names of what takes a value (not later ones alone: what is refused takes one too), and the letters of
// both kinds, as those of a regular expression for "-itw".
struct OptionShapes {
  std::vector<std::string> valued{};
  std::string flag_letters{}, value_letters{};
};
OptionShapes shapes_of(const CommandDef& command);

// The commands that hand their words on, once the first was there.
std::vector<std::string> payload_commands();

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
