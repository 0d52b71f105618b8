#include "cli/completion_parts.h"

#include "base/text.h"

namespace snug {

std::vector<const OptionDef*> every_option() {
  std::vector<const OptionDef*> all;
  for (const CommandDef& command : command_table())
    for (const OptionDef* option : options_of(command))
      if (std::ranges::find(all, option) == all.end())
        all.push_back(option);
  return all;
}

std::vector<std::string> choices_as_strings(const OptionDef& option) {
  const auto choices = choices_of(option);
  return {choices.begin(), choices.end()};
}

std::vector<std::string> positional_choices(const CommandDef& command) {
  if (command.positional == Complete::Shell)
    return {"bash", "zsh", "fish"};
  if (command.positional != Complete::Topic)
    return {};
  std::vector<std::string> words = first_words();
  for (const TopicDef& topic : topic_table()) words.emplace_back(topic.name);
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
    return std::string{command->summary};
  return join(members_of(word), ", ");
}

std::string function_name(std::string_view command) {
  std::string name{command};
  std::ranges::replace(name, ' ', '_');
  return name;
}

}  // namespace snug
