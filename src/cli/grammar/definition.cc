#include "cli/grammar/definition.h"

#include "base/overloaded.h"
#include "base/text.h"

namespace snug::cli {

Kind kind_of(const OptionDef& option) {
  return std::visit(overloaded{
                        [](std::optional<bool> OptionValues::*) { return Kind::Flag; },
                        [](std::optional<std::string> OptionValues::*) { return Kind::Value; },
                        [](std::vector<std::string> OptionValues::*) { return Kind::Repeated; },
                        [](ByName store) { return store.kind; },
                    },
                    option.store.member);
}

const CommandDef* find_command(std::string_view name) {
  const auto table = command_table();
  const auto found = std::ranges::find(table, name, &CommandDef::name);
  return found == table.end() ? nullptr : &found->get();
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
  for (const CommandDef& command : command_table()) {
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

}  // namespace snug::cli
