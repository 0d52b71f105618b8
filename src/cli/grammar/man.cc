#include "cli/grammar/man.h"

#include <fmt/format.h>

#include "base/text.h"
#include "cli/grammar/definition.h"
#include "cli/grammar/help_text.h"

namespace snug::cli {
namespace {

// A backslash starts an escape in roff, a dot or a quote at the start of a line a request, and two hyphens
// may be set as one dash.
std::string roff(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\')
      out += "\\e";
    else if (text.substr(i).starts_with("--"))
      out += "\\-\\-", ++i;
    else
      out += text[i];
  }
  return out.starts_with('.') || out.starts_with('\'') ? "\\&" + out : out;
}

// A sentence starts on a line of its own (mdoc(7)), so that every formatter spaces it well; no line is longer
// than 80 bytes.
std::string sentences(std::string_view text) {
  std::string out, line;
  const auto flush = [&] {
    if (!line.empty())
      out += roff(line) + "\n";
    line.clear();
  };
  for (const std::string_view word : split(text, ' ')) {
    if (line.size() + word.size() > 74)
      flush();
    line += (line.empty() ? "" : " ") + std::string{word};
    if (word.ends_with('.') && !word.ends_with("..."))
      flush();
  }
  flush();
  return out;
}

std::string capitalised(std::string_view text) {
  std::string out{text};
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z')
    out[0] = static_cast<char>(out[0] - 'a' + 'A');
  return out;
}

std::string option_item(const CommandDef& command, const OptionDef& option) {
  std::string item = ".It ";
  if (option.letter)
    item += fmt::format("Fl {} , ", option.letter);
  item += fmt::format("Fl \\-{}", option.name);
  if (!option.argument.empty())
    item += fmt::format(" Ar {}", roff(option.argument));
  item += "\n" + sentences(capitalised(option.help) + (option.help.ends_with('?') ? "" : "."));
  if (const std::string detail = option_detail(command, option); !detail.empty())
    item += sentences(detail);
  if (option.later)
    item += "Refused until a later version.\n";
  if (kind_of(option) == Kind::Repeated)
    item += "May be given more than once.\n";
  return item;
}

std::string option_list(const CommandDef& command, const std::vector<const OptionDef*>& options) {
  std::vector<std::string_view> groups;
  for (const OptionDef* option : options)
    if (std::ranges::find(groups, option->group) == groups.end())
      groups.push_back(option->group);
  std::string out;
  for (const std::string_view group : groups) {
    out += fmt::format(".Pp\n{}:\n.Bl -tag -width Ds\n", group);
    for (const OptionDef* option : options)
      if (option->group == group)
        out += option_item(command, *option);
    out += ".El\n";
  }
  return out;
}

// "IMAGE", "CMD...", "--path", "bash|zsh" as macros of mdoc.
std::string word_macros(std::string_view words) {
  std::string out;
  for (std::string_view word : split(words, ' ')) {
    std::string_view between = "";
    for (std::string_view choice : split(word, '|')) {
      const bool again = choice.ends_with("...");
      if (again)
        choice.remove_suffix(3);
      out += between;
      if (choice == "--")
        out += "Fl -";
      else if (choice.starts_with("--"))
        out += fmt::format("Fl \\-{}", choice.substr(2));
      else
        out += fmt::format("{} {}",
                           choice[0] >= 'a' && words.find("options") == std::string_view::npos ? "Cm" : "Ar",
                           choice);
      out += again ? " ..." : "";
      between = " | ";
    }
    out += ' ';
  }
  out.pop_back();
  return out;
}

// One form of a usage, "[…]" as optional. They nest only at the end.
std::string usage_macros(std::string_view usage) {
  std::string out = ".Nm";
  std::string plain;
  const auto flush = [&] {
    if (!plain.empty())
      out += "\n." + word_macros(plain);
    plain.clear();
  };
  while (!usage.empty()) {
    if (usage[0] == '[') {
      flush();
      const std::size_t end = usage.find(']');
      std::string_view inner = usage.substr(1, end - 1);
      out += "\n.Op ";
      if (const std::size_t nested = inner.find(" ["); nested != std::string_view::npos) {
        out += word_macros(inner.substr(0, nested)) + " Op ";
        inner.remove_prefix(nested + 2);
      }
      out += word_macros(inner);
      usage.remove_prefix(end);
      while (!usage.empty() && (usage[0] == ']' || usage[0] == ' ')) usage.remove_prefix(1);
      continue;
    }
    const std::size_t end = std::min(usage.find(' '), usage.size());
    plain += (plain.empty() ? "" : " ") + std::string{usage.substr(0, end)};
    usage.remove_prefix(std::min(end + 1, usage.size()));
  }
  flush();
  return out + "\n";
}

std::vector<const OptionDef*> pointers(std::span<const OptionDef> table) {
  std::vector<const OptionDef*> out;
  for (const OptionDef& option : table) out.push_back(&option);
  return out;
}

}  // namespace

std::string man_synopsis() {
  std::string out;
  for (const CommandDef& command : command_table())
    for (const std::string_view usage : split(help_text(command).usage, '\n')) out += usage_macros(usage);
  return out;
}

std::string man_commands() {
  std::string out = ".Bl -tag -width Ds\n";
  for (const CommandDef& command : command_table()) {
    const HelpText text = help_text(command);
    out += fmt::format(".It Cm {}\n", command.name) + sentences(capitalised(text.summary) + ".");
    std::string description{text.description};
    std::ranges::replace(description, '\n', ' ');
    if (!description.empty())
      out += sentences(description);
    if (command.own.empty())
      continue;
    out += ".Bl -tag -width Ds\n";
    for (const OptionDef& option : command.own) out += option_item(command, option);
    out += ".El\n";
  }
  return out + ".El\n";
}

std::string man_options() {
  return "Options of\n.Cm run , shell\nand\n.Cm explain :\n" + option_list({}, pointers(run_option_table())) +
         ".Ss Options of every command\n.Bl -tag -width Ds\n" +
         [] {
           std::string out;
           for (const OptionDef& option : common_option_table()) out += option_item({}, option);
           return out;
         }() +
         ".El\n";
}

}  // namespace snug::cli
