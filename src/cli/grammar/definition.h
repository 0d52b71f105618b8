// The command line, defined once. Parsing, --help, the completions and the option lists of the man page are
// all made from these tables; none of them knows an option of its own. A command's definition stands in
// commands/NAME.cc with its handler, and commands/list.cc lists them.
#pragma once

#include <algorithm>
#include <concepts>
#include <functional>
#include <limits>
#include <span>
#include <string_view>
#include <typeinfo>
#include <variant>
#include <vector>

#include "base/result.h"
#include "cli/grammar/invocation.h"
#include "cli/grammar/options.h"

namespace snug::cli {

enum class Kind { Flag, Value, Repeated };

// Into RunOptions::keys, by the option's name.
struct ByName {
  Kind kind;
  bool operator==(const ByName&) const = default;
};

// Where a typed option goes, which is also its kind: a switch, a value (the last one wins), or a list. The
// member belongs to a struct derived from OptionValues, of the type that is kept beside it.
struct Store {
  template<typename Value, std::derived_from<OptionValues> Struct>
  constexpr Store(Value Struct::*typed)  // NOLINT(google-explicit-constructor): tables name members alone
      : member{static_cast<Value OptionValues::*>(typed)}, owner{&typeid(Struct)} {}
  constexpr Store(ByName name)  // NOLINT(google-explicit-constructor): as above
      : member{name}, owner{&typeid(RunOptions)} {}
  // Of an option that is in no table; nothing is stored by it.
  constexpr Store() : Store{ByName{Kind::Flag}} {}

  std::variant<std::optional<bool> OptionValues::*, std::optional<std::string> OptionValues::*,
               std::vector<std::string> OptionValues::*, ByName>
      member;
  const std::type_info* owner;
};

// What a shell offers as the value.
enum class Complete {
  Nothing,
  Choice,  // one of the words in the argument, "a|b|c"
  File,
  Directory,
  ImageName,
  ContainerName,
  ContainerPath,  // NAME:PATH, or a file
  ProfileName,
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

// A word that is no command or option of this version, and a hint for whoever types it.
struct Elsewhere {
  std::string_view word;
  std::string_view hint;  // "": it belongs to a later version
};

// The number of words that a command takes, and the complaint about any other number.
struct Arity {
  std::size_t least{};
  std::size_t most{};
  std::string_view complaint{"takes no words"};
};

constexpr std::size_t kAnyNumber = std::numeric_limits<std::size_t>::max();

// The words of a command line that are no options, as typed.
struct TypedWords {
  std::vector<std::string_view> words{};
  bool marked{};  // they stood behind a "--"
};

// The struct of a command's options.
struct OptionsType {
  const std::type_info* type;
  AnyOptions (*make)();
};

template<std::derived_from<OptionValues> T>
constexpr OptionsType kOptionsOf{&typeid(T), AnyOptions::make<T>};

// Its prose is help/commands/NAME.txt, which help_text.h reads.
struct CommandDef {
  std::string_view name{};             // "run", "profile ls"
  std::string_view group{"Commands"};  // heading in the overview
  Arity arity{};                       // without take_words
  Complete positional{};               // what a shell offers for the first word
  bool takes_run_options{};            // its options are RunOptions then
  bool ends_at_word{};                 // the first word ends the options: what follows is the payload's
  OptionsType options{kOptionsOf<NoOptions>};
  std::span<const OptionDef> own{};        // options of this command alone
  std::span<const Elsewhere> elsewhere{};  // hints about options that it does not have: "--format", "-n"
  // Takes words that are more than names, and refuses what does not fit. Must not touch the machine.
  Status (*take_words)(const TypedWords& typed, Invocation& invocation){};
  // The answer is snug's exit status: the payload's own for run and shell, 0 for an answer given. An Error is
  // printed by main, once.
  Result<int> (*run)(const Invocation& invocation){};
};

Kind kind_of(const OptionDef& option);

// Every command, in the order of the help: commands/list.cc.
std::span<const std::reference_wrapper<const CommandDef>> command_table();
std::span<const OptionDef> run_option_table();
std::span<const OptionDef> common_option_table();
std::span<const Elsewhere> command_elsewhere();
std::span<const Elsewhere> run_option_elsewhere();

const CommandDef* find_command(std::string_view name);

// Every option of a command in the order of the help: its own, the options of run, the common ones.
std::vector<const OptionDef*> options_of(const CommandDef& command);

// The first words of two-word commands, each once: "profile", "image", "generate".
std::vector<std::string_view> command_families();

// options_of() without those of later versions.
std::vector<const OptionDef*> offered_options_of(const CommandDef& command);

// The words of an argument such as "a|b|c".
std::vector<std::string_view> choices_of(const OptionDef& option);

}  // namespace snug::cli
