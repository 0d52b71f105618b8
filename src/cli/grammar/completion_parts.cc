#include "cli/grammar/completion_parts.h"

#include <fmt/format.h>

#include <utility>

#include "base/text.h"
#include "cli/grammar/help_text.h"

namespace snug::cli {

std::vector<SameText> texts_of_commands(const std::function<std::string(const CommandDef&)>& make) {
  std::vector<SameText> texts;
  const std::string of_none = make(CommandDef{});
  for (const CommandDef& command : command_table()) {
    std::string text = make(command);
    if (text == of_none)
      continue;
    auto at = std::ranges::find(texts, text, &SameText::text);
    if (at == texts.end())
      at = texts.insert(at, {.text = std::move(text)});
    at->commands.push_back(command.name);
  }
  return texts;
}

OptionShapes shapes_of(const CommandDef& command) {
  OptionShapes shapes;
  for (const OptionDef* option : options_of(command)) {
    const bool flag = kind_of(*option) == Kind::Flag;
    if (!flag)
      shapes.valued.push_back(fmt::format("--{}", option->name));
    if (option->letter)
      (flag ? shapes.flag_letters : shapes.value_letters) += option->letter;
  }
  return shapes;
}

std::vector<std::string> payload_commands() {
  std::vector<std::string> names;
  for (const CommandDef& command : command_table())
    if (command.ends_at_word)
      names.emplace_back(command.name);
  return names;
}

std::vector<std::string> choices_as_strings(const OptionDef& option) {
  // "container:NAME" takes what no shell knows beforehand.
  auto choices = choices_of(option);
  std::erase_if(choices, [](std::string_view choice) { return choice.find(':') != std::string_view::npos; });
  return {choices.begin(), choices.end()};
}

std::vector<std::string> positional_choices(const CommandDef& command) {
  if (command.positional == Complete::Shell)
    return {"bash", "zsh", "fish"};
  if (command.positional != Complete::Topic)
    return {};
  std::vector<std::string> words = first_words();
  for (const std::string_view topic : topic_names()) words.emplace_back(topic);
  return words;
}

std::vector<std::string> first_words() {
  std::vector<std::string> words;
  for (const CommandDef& command : command_table()) {
    std::string word{command.name.substr(0, command.name.find(' '))};
    if (words.empty() || words.back() != word)
      words.push_back(std::move(word));
  }
  return words;
}

std::vector<std::string> members_of(std::string_view family) {
  std::vector<std::string> members;
  for (const CommandDef& command : command_table())
    if (command.name.size() > family.size() && command.name.starts_with(family) &&
        command.name[family.size()] == ' ')
      members.emplace_back(command.name.substr(family.size() + 1));
  return members;
}

std::string first_word_summary(std::string_view word) {
  if (const CommandDef* command = find_command(word))
    return std::string{help_text(*command).summary};
  return join(members_of(word), ", ");
}

std::string function_name(std::string_view command) {
  std::string name{command};
  std::ranges::replace(name, ' ', '_');
  return name;
}

}  // namespace snug::cli
