#include "cli/grammar/definition.h"

#include <array>

#include "base/overloaded.h"
#include "base/text.h"
#include "cli/grammar/definition_containers.h"

namespace snug {
namespace {

constexpr OptionDef kExplainOptions[] = {
    {"path", 0, "PATH", "how is this path seen inside, and why?", "Question", Complete::File,
     &RunOptions::paths},
};

constexpr OptionDef kDoctorOptions[] = {
    {"apparmor", 0, "", "print the AppArmor profile that this binary needs, and nothing else", "Options",
     Complete::Nothing, &ContainerOptions::apparmor},
};

constexpr CommandDef kCommands[] = {
    {.id = Command::Run,
     .name = "run",
     .positional = Complete::Image,
     .takes_run_options = true,
     .ends_at_word = true},
    {.id = Command::Shell,
     .name = "shell",
     .positional = Complete::Image,
     .takes_run_options = true,
     .ends_at_word = true},
    {.id = Command::Explain,
     .name = "explain",
     .positional = Complete::Image,
     .takes_run_options = true,
     .own = kExplainOptions,
     .ends_at_word = true},
    {.id = Command::ProfileLs, .name = "profile ls"},
    {.id = Command::ProfileShow, .name = "profile show", .positional = Complete::Profile},
    {.id = Command::ProfileCheck, .name = "profile check", .positional = Complete::Profile},
    {.id = Command::ImageLs, .name = "image ls"},
    {.id = Command::Doctor, .name = "doctor", .own = kDoctorOptions},
    {.id = Command::Completion, .name = "completion", .positional = Complete::Shell},
    {.id = Command::Help, .name = "help", .positional = Complete::Topic},
    {.id = Command::Version, .name = "version"},
};

// One table for all who ask, put together when snug is built.
constexpr auto kAllCommands = [] {
  std::array<CommandDef, std::size(kCommands) + std::size(definition::kContainerCommands)> all{};
  // After run, shell and explain, before those about profiles and images.
  constexpr std::size_t kFirst = 3;
  auto to = std::copy(std::begin(kCommands), std::begin(kCommands) + kFirst, all.begin());
  to = std::ranges::copy(definition::kContainerCommands, to).out;
  std::copy(std::begin(kCommands) + kFirst, std::end(kCommands), to);
  return all;
}();

}  // namespace

Kind kind_of(const OptionDef& option) {
  return std::visit(overloaded{
                        [](std::optional<bool> RunOptions::*) { return Kind::Flag; },
                        [](std::optional<bool> ContainerOptions::*) { return Kind::Flag; },
                        [](std::optional<bool> CommonOptions::*) { return Kind::Flag; },
                        [](std::optional<std::string> RunOptions::*) { return Kind::Value; },
                        [](std::optional<std::string> ContainerOptions::*) { return Kind::Value; },
                        [](std::optional<std::string> CommonOptions::*) { return Kind::Value; },
                        [](std::vector<std::string> RunOptions::*) { return Kind::Repeated; },
                        [](std::vector<std::string> ContainerOptions::*) { return Kind::Repeated; },
                    },
                    option.store);
}

std::span<const CommandDef> command_table() {
  return kAllCommands;
}

const CommandDef* find_command(std::string_view name) {
  const auto found = std::ranges::find(kAllCommands, name, &CommandDef::name);
  return found == kAllCommands.end() ? nullptr : &*found;
}

const CommandDef& command_def(Command id) {
  return *std::ranges::find(kAllCommands, id, &CommandDef::id);
}

std::vector<const OptionDef*> options_of(const CommandDef& command) {
  std::vector<const OptionDef*> options;
  const auto add = [&](std::span<const OptionDef> table) {
    for (const OptionDef& option : table) options.push_back(&option);
  };
  add(command.own);
  if (command.takes_run_options)
    add(run_option_table());
  add(common_option_table());
  return options;
}

std::vector<const OptionDef*> offered_options_of(const CommandDef& command) {
  auto options = options_of(command);
  std::erase_if(options, [](const OptionDef* option) { return option->later; });
  return options;
}

std::vector<std::string_view> command_families() {
  std::vector<std::string_view> families;
  for (const CommandDef& command : kAllCommands) {
    const std::size_t space = command.name.find(' ');
    const std::string_view family = command.name.substr(0, space);
    if (space != std::string_view::npos && std::ranges::find(families, family) == families.end())
      families.push_back(family);
  }
  return families;
}

std::vector<std::string_view> choices_of(const OptionDef& option) {
  return option.complete == Complete::Choice ? split(option.argument, '|') : std::vector<std::string_view>{};
}

}  // namespace snug
