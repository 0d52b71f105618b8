#include "cli/grammar/help.h"

#include <fmt/format.h>

#include <optional>

#include "base/text.h"
#include "cli/show/table.h"

namespace snug::cli {
namespace {

constexpr std::size_t kHelpColumn = 32;

std::string heading(std::string_view text, Colour colour) {
  return paint(text, Style::Bold, colour) + "\n";
}

// "  left      right", on two lines if `left` is too long.
std::string entry(std::string_view left, std::string_view right, std::size_t column) {
  if (left.size() + 4 > column)
    return fmt::format("  {}\n{:{}}{}\n", left, "", column, right);
  return fmt::format("  {:<{}}{}\n", left, column - 2, right);
}

std::string usage_lines(std::string_view usage) {
  std::string out;
  for (const std::string_view line : split(usage, '\n')) out += fmt::format("  snug {}\n", line);
  return out;
}

std::string example_lines(std::string_view examples, Colour colour) {
  std::string out;
  for (const std::string_view line : split(examples, '\n'))
    out += fmt::format("  {}\n", line.starts_with(' ') ? line : paint(line, Style::Green, colour));
  return out;
}

// Lists the options that this version refuses, so that nobody has to type one to know.
std::string later_line(const CommandDef& command) {
  std::string names;
  for (const OptionDef* option : options_of(command))
    if (option->later)
      names += fmt::format("{}--{}", names.empty() ? "" : ", ", option->name);
  return names.empty() ? "" : fmt::format("\nRefused until a later version: {}.\n", names);
}

std::string option_lines(const CommandDef& command, Colour colour) {
  // Groups in the order in which they first appear; a group is one block even where two tables share it.
  const auto options = offered_options_of(command);
  std::vector<std::string_view> groups;
  for (const OptionDef* option : options)
    if (std::ranges::find(groups, option->group) == groups.end())
      groups.push_back(option->group);
  std::string out;
  for (const std::string_view group : groups) {
    out += "\n" + heading(fmt::format("{}:", group), colour);
    for (const OptionDef* option : options)
      if (option->group == group)
        out += entry(option_synopsis(*option), option->help, kHelpColumn);
  }
  return out + later_line(command);
}

std::string command_lists(Colour colour) {
  std::vector<std::string_view> groups;
  for (const CommandDef& command : command_table())
    if (std::ranges::find(groups, command.group) == groups.end())
      groups.push_back(command.group);
  std::string out;
  for (const std::string_view group : groups) {
    out += "\n" + heading(fmt::format("{}:", group), colour);
    for (const CommandDef& command : command_table())
      if (command.group == group)
        out += entry(command.name, help_text(command).summary, 20);
  }
  return out;
}

// The help of the first option of that name, in the order of the commands.
std::optional<std::string> any_option_help(std::string_view name, Colour colour) {
  for (const CommandDef& command : command_table())
    for (const OptionDef* option : options_of(command))
      if (option->name == name)
        return option_help(command, *option, colour);
  return std::nullopt;
}

}  // namespace

std::string option_synopsis(const OptionDef& option) {
  return fmt::format("{}--{}{}{}", option.letter ? fmt::format("-{}, ", option.letter) : "    ", option.name,
                     option.argument.empty() ? "" : " ", option.argument);
}

std::string overview_help(Colour colour) {
  const HelpText text = overview_text();
  std::string out = fmt::format("{}\n\n", text.summary);
  out += heading("Usage:", colour) + usage_lines(text.usage) + command_lists(colour);
  out += "\n" + heading("Options of every command:", colour);
  for (const OptionDef& option : common_option_table())
    out += entry(option_synopsis(option), option.help, kHelpColumn);
  out += "\n" + heading("Topics of snug help:", colour);
  for (const std::string_view name : topic_names()) out += entry(name, topic(name).summary, 20);
  out += "\n" + heading("Examples:", colour) + example_lines(text.examples, colour);
  return out + fmt::format("\n{}\n", text.end);
}

std::string command_help(const CommandDef& command, Colour colour) {
  const HelpText text = help_text(command);
  std::string out = fmt::format("snug {}: {}\n\n", command.name, text.summary);
  out += heading("Usage:", colour) + usage_lines(text.usage);
  if (!text.description.empty())
    out += fmt::format("\n{}\n", text.description);
  out += option_lines(command, colour);
  if (!text.examples.empty())
    out += "\n" + heading("Examples:", colour) + example_lines(text.examples, colour);
  return out;
}

std::string family_help(std::string_view family, Colour colour) {
  std::string out = heading("Usage:", colour);
  std::string list;
  for (const CommandDef& command : command_table())
    if (command.name.starts_with(family) && command.name.substr(family.size()).starts_with(' ')) {
      const HelpText text = help_text(command);
      out += usage_lines(text.usage);
      list += entry(command.name, text.summary, 18);
    }
  return out + "\n" + heading("Commands:", colour) + list +
         fmt::format("\nsnug help {} ... says more about each.\n", family);
}

std::string topic_help(const Topic& topic, Colour colour) {
  return heading(fmt::format("{}:", topic.summary), colour) + std::string{topic.text};
}

std::string option_help(const CommandDef& command, const OptionDef& option, Colour colour) {
  std::string_view synopsis_blank = "    ";
  std::string synopsis = option_synopsis(option);
  if (synopsis.starts_with(synopsis_blank))
    synopsis.erase(0, synopsis_blank.size());
  std::string out = heading(synopsis, colour) + fmt::format("  {}\n", option.help);
  if (const std::string detail = option_detail(command, option); !detail.empty())
    out += fmt::format("  {}\n", detail);
  if (option.later)
    out += "  Refused until a later version.\n";
  if (kind_of(option) == Kind::Repeated)
    out += "  May be given more than once.\n";
  return out;
}

Result<std::string> help_on(const std::vector<std::string>& words, Colour colour) {
  if (words.empty())
    return overview_help(colour);
  const std::string asked = join(words, " ");
  if (asked.starts_with("--"))
    if (auto help = any_option_help(std::string_view{asked}.substr(2), colour))
      return *std::move(help);
  if (const CommandDef* command = find_command(asked))
    return command_help(*command, colour);
  const auto families = command_families();
  if (std::ranges::find(families, std::string_view{asked}) != families.end())
    return family_help(asked, colour);
  const auto topics = topic_names();
  if (std::ranges::find(topics, std::string_view{asked}) != topics.end())
    return topic_help(topic(asked), colour);
  std::vector<std::string_view> names = families;
  for (const CommandDef& command : command_table()) names.push_back(command.name);
  names.insert(names.end(), topics.begin(), topics.end());
  const std::string_view near = nearest(asked, names);
  return fail({.step = fmt::format("snug help: nothing is known about \"{}\"", escape_control(asked)),
               .hint = near.empty() ? "snug help lists commands and topics"
                                    : fmt::format("did you mean snug help {}?", near)});
}

}  // namespace snug::cli
