#include "cli/grammar/parse.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "base/try.h"
#include "cli/grammar/definition.h"
#include "cli/grammar/help_text.h"
#include "cli/grammar/parse_options.h"

namespace snug::cli {
namespace {

using WordSpan = std::span<const std::string_view>;

std::vector<const OptionDef*> front_options() {
  std::vector<const OptionDef*> options;
  for (const OptionDef& option : common_option_table()) options.push_back(&option);
  return options;
}

tl::unexpected<Error> no_such_command(std::string_view typed) {
  const std::string shown = escape_control(typed);
  Error error{.step = fmt::format("{}: snug has no such command", shown),
              .hint = "snug --help lists the commands"};
  const auto table = command_elsewhere();
  const auto elsewhere = std::ranges::find(table, typed, &Elsewhere::word);
  std::vector<std::string_view> names = command_families();
  for (const CommandDef& command : command_table()) names.push_back(command.name);
  if (elsewhere != table.end() && elsewhere->hint.empty())
    error.step = fmt::format("{}: not in this version of snug", shown);
  else if (elsewhere != table.end())
    error.hint = elsewhere->hint;
  else if (const std::string_view near = nearest(typed, names); !near.empty())
    error.hint = fmt::format("did you mean snug {}?", near);
  else if (typed == "host" || typed.find_first_of("/:") != std::string_view::npos)
    error.hint = fmt::format("to run a command in that image: snug run {}", shown);
  return fail(std::move(error));
}

// Docker's "container ls" and "system prune" are known by both words.
tl::unexpected<Error> no_such_family(std::string_view first, WordSpan behind) {
  if (behind.empty())
    return no_such_command(first);
  const std::string both = fmt::format("{} {}", first, behind[0]);
  const auto table = command_elsewhere();
  if (std::ranges::find(table, std::string_view{both}, &Elsewhere::word) != table.end())
    return no_such_command(both);
  if (first == "container" && find_command(behind[0]))
    return fail({.step = fmt::format("{}: snug has no such command", both),
                 .hint = fmt::format("it is called snug {}", behind[0])});
  return no_such_command(first);
}

// Takes the command's name, one word or two, from the front of `words`. A family's name alone ("profile")
// asks for its help.
Result<const CommandDef*> take_command(WordSpan& words) {
  const std::string_view first = words[0];
  words = words.subspan(1);
  if (const CommandDef* command = find_command(first))
    return command;
  const auto families = command_families();
  if (std::ranges::find(families, first) == families.end())
    return no_such_family(first, words);
  if (words.empty() || words[0] == "--help" || words[0] == "-h")
    return nullptr;
  const std::string name = fmt::format("{} {}", first, words[0]);
  words = words.subspan(1);
  if (const CommandDef* command = find_command(name))
    return command;
  return no_such_command(name);
}

Status take_words(const CommandDef& command, const TypedWords& typed, Invocation& invocation) {
  if (command.take_words)
    return command.take_words(typed, invocation);
  const std::size_t count = typed.words.size();
  if (count < command.arity.least || count > command.arity.most)
    return wrong_words(command, command.arity.complaint);
  invocation.words.assign(typed.words.begin(), typed.words.end());
  return {};
}

void choose_command(const CommandDef& command, Invocation& invocation) {
  invocation.command = &command;
  invocation.own = command.options.make();
}

}  // namespace

tl::unexpected<Error> wrong_words(const CommandDef& command, std::string_view what) {
  const std::string_view usage = help_text(command).usage;
  return fail({.step = fmt::format("snug {}: {}", command.name, what),
               .hint = fmt::format("usage: snug {}", usage.substr(0, usage.find('\n')))});
}

Result<Invocation> parse_command_line(WordSpan words) {
  Invocation invocation;
  std::vector<std::string_view> behind;
  if (!words.empty() && words[0].starts_with('-')) {
    const auto rest = TRY(parse_options(
        words, {.name = "snug", .options = front_options(), .stops_at_word = true, .h_is_help = true},
        invocation));
    if (rest.marked)
      return fail(
          {.step = "snug: a command of snug comes before \"--\"", .hint = "did you mean snug run -- ?"});
    behind = rest.words;
    words = behind;
  }
  if (words.empty())
    return invocation;
  const std::string_view family = words[0];
  const auto command = TRY(take_command(words));
  if (!command) {
    choose_command(*find_command("help"), invocation);
    invocation.words = {std::string{family}};
    return invocation;
  }
  const CommandDef& def = *command;
  choose_command(def, invocation);
  // Docker's -h names the host. Alone it can only be a call for help.
  if (def.takes_run_options && words.size() == 1 && words[0] == "-h") {
    invocation.common.help = true;
    return invocation;
  }
  // `snug help --volume` asks about an option.
  if (def.positional == Complete::Topic && words.size() == 1 && words[0].size() > 2 && words[0] != "--help" &&
      words[0].starts_with("--")) {
    invocation.words = {std::string{words[0]}};
    return invocation;
  }
  const std::string name = fmt::format("snug {}", def.name);
  const auto typed = TRY(parse_options(words,
                                       {.name = name,
                                        .options = options_of(def),
                                        .stops_at_word = def.ends_at_word,
                                        .h_is_help = !def.takes_run_options,
                                        .elsewhere = def.elsewhere},
                                       invocation));
  if (invocation.common.help.value_or(false) || invocation.common.version.value_or(false))
    return invocation;
  TRY(take_words(def, typed, invocation));
  return invocation;
}

Result<Invocation> parse_command_line(int argc, const char* const* argv) {
  const std::vector<std::string_view> words{argv + (argc > 0), argv + argc};
  return parse_command_line(words);
}

}  // namespace snug::cli
