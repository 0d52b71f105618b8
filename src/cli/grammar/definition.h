// The command line, defined once. Parsing, --help, the completions and the option lists of the man page are
// all made from these tables; none of them knows an option of its own.
#pragma once

#include <algorithm>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "cli/grammar/options.h"

namespace snug {

// Where a typed option goes, which is also its kind: a switch, a value (the last one wins), or a list.
using Store =
    std::variant<std::optional<bool> RunOptions::*, std::optional<std::string> RunOptions::*,
                 std::vector<std::string> RunOptions::*, std::optional<bool> ContainerOptions::*,
                 std::optional<std::string> ContainerOptions::*, std::vector<std::string> ContainerOptions::*,
                 std::optional<bool> CommonOptions::*, std::optional<std::string> CommonOptions::*>;

enum class Kind { Flag, Value, Repeated };

// What a shell offers as the value.
enum class Complete {
  Nothing,
  Choice,  // one of the words in the argument, "a|b|c"
  File,
  Directory,
  Image,
  Container,
  ContainerPath,  // NAME:PATH, or a file
  Profile,
  Topic,
  Shell,
};

struct OptionDef {
  std::string_view name;      // without the dashes
  char letter;                // 0: none
  std::string_view argument;  // as shown; "" for a switch
  std::string_view help;      // one line
  std::string_view group;     // heading in the help and the man page
  Complete complete;
  Store store;
  std::string_view detail{};  // further sentences, see option_detail() in help_text.h
  bool later{};  // parsed, and refused with the reason until a later version; not offered by completions
};

// Its prose is help/commands/NAME.txt, which help_text.h reads.
struct CommandDef {
  Command id{};
  std::string_view name;  // "run", "profile ls"
  Complete positional{};  // what a shell offers for the first word
  bool takes_run_options{};
  std::span<const OptionDef> own{};    // options of this command alone
  bool ends_at_word{};                 // the first word ends the options: what follows is the payload's
  std::string_view group{"Commands"};  // heading in the overview
};

// A word that is no command (or option) of this version, and what to say to whoever types it. Options are
// those of run; "logs --details" and "inspect -f" are of one command.
struct Elsewhere {
  std::string_view word;
  std::string_view hint;  // "": it belongs to a later version
};

Kind kind_of(const OptionDef& option);

std::span<const CommandDef> command_table();
std::span<const OptionDef> run_option_table();
std::span<const OptionDef> common_option_table();
std::span<const Elsewhere> command_elsewhere();
std::span<const Elsewhere> option_elsewhere();

const CommandDef* find_command(std::string_view name);
const CommandDef& command_def(Command id);  // not for Command::None

// Every option of a command in the order of the help: the run options, its own, the common ones.
std::vector<const OptionDef*> options_of(const CommandDef& command);

// "profile" and "image": the first words of two-word commands, without repeats.
std::vector<std::string_view> command_families();

// The same without those of later versions.
std::vector<const OptionDef*> offered_options_of(const CommandDef& command);

// "a|b|c" as words.
std::vector<std::string_view> choices_of(const OptionDef& option);

}  // namespace snug
