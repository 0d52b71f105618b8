#include "cli/grammar/parse.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cli/grammar/definition.h"
#include "cli/grammar/help_text.h"
#include "cli/grammar/parse_options.h"

namespace snug {
namespace {

// "/etc/passwd", "example.org", "db:5432", "[2001:db8::7]:22"; but not "./image" or "host".
bool may_be_question(std::string_view word) {
  if (word.starts_with('/'))
    return true;
  return word != "." && word != ".." && word.find('/') == std::string_view::npos &&
         word.find_first_of(".:") != std::string_view::npos;
}

using TypedWords = std::span<const std::string_view>;

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
tl::unexpected<Error> no_such_family(std::string_view first, TypedWords behind) {
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
Result<const CommandDef*> take_command(TypedWords& words) {
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

tl::unexpected<Error> wrong_words(const CommandDef& command, std::string_view what) {
  const std::string_view usage = help_text(command).usage;
  return fail({.step = fmt::format("snug {}: {}", command.name, what),
               .hint = fmt::format("usage: snug {}", usage.substr(0, usage.find('\n')))});
}

// [IMAGE [CMD…]], or CMD… where a "--" stood before it.
Status take_payload(const CommandDef& command, const Rest& rest, RunOptions& run) {
  TypedWords words{rest.words};
  if (!rest.marked && !words.empty()) {
    if (words[0].empty())
      return wrong_words(command, "IMAGE is empty");
    run.image = words[0];
    words = words.subspan(1);
    // "--" is accepted after IMAGE too; no command is called that.
    if (!words.empty() && words[0] == "--")
      words = words.subspan(1);
    run.image_may_be_path =
        command.id == Command::Explain && rest.words.size() == 1 && may_be_question(rest.words[0]);
  }
  run.command.assign(words.begin(), words.end());
  return {};
}

// NAME CMD…, all of it as typed.
Status take_exec(const CommandDef& command, const Rest& rest, Options& options) {
  if (rest.words.empty())
    return wrong_words(command, "name a container and a command");
  TypedWords words{rest.words};
  options.words = {std::string{words[0]}};
  words = words.subspan(1);
  // As after IMAGE of snug run.
  if (!rest.marked && !words.empty() && words[0] == "--")
    words = words.subspan(1);
  if (words.empty())
    return wrong_words(command, fmt::format("name a command to run in {}", escape_control(options.words[0])));
  options.container.command.assign(words.begin(), words.end());
  return {};
}

Status take_words(const CommandDef& command, const Rest& rest, Options& options) {
  const std::size_t count = rest.words.size();
  const auto need = [&](bool fits, std::string_view what) -> Status {
    if (!fits)
      return wrong_words(command, what);
    return {};
  };
  options.words.assign(rest.words.begin(), rest.words.end());
  switch (command.id) {
    case Command::Run:
    case Command::Explain:
      options.words.clear();
      return take_payload(command, rest, options.run);
    case Command::Shell:
      options.words.clear();
      if (count > 1)
        return fail({.step = "snug shell: takes one IMAGE and no command",
                     .hint = "to run a command: snug run -it IMAGE CMD..."});
      return take_payload(command, {.words = rest.words}, options.run);
    case Command::Exec:
      return take_exec(command, rest, options);
    case Command::Start:
    case Command::Stop:
    case Command::Kill:
    case Command::Restart:
    case Command::Wait:
    case Command::Rm:
    case Command::Inspect:
    case Command::Update:
      return need(count >= 1, "name a container");
    case Command::Stats:
      return {};
    case Command::Attach:
    case Command::Logs:
    case Command::Top:
    case Command::Diff:
    case Command::Export:
    case Command::GenerateSystemd:
      return need(count == 1, "name one container");
    case Command::Allow:
      return need(count >= 2, "name a container and a host");
    case Command::Rename:
      return need(count == 2, "name a container and its new name");
    case Command::Port:
      return need(count == 1 || count == 2, "name one container, and one port if you like");
    case Command::Cp:
      return need(count == 2, "name what to copy and where to");
    case Command::Commit:
      return need(count == 2, "name a container and the new image");
    case Command::ProfileShow:
      return need(count == 1, "name one profile");
    case Command::ProfileCheck:
      return need(count >= 1, "name a profile or a file");
    case Command::Completion:
      return need(count == 1, "name one shell");
    case Command::Help:
      return need(count <= 2, "name one command or topic");
    case Command::ProfileLs:
    case Command::ImageLs:
    case Command::Ps:
    case Command::Prune:
    case Command::Check:
    case Command::Doctor:
    case Command::Version:
      return need(count == 0, "takes no words");
    case Command::None:
      break;
  }
  return {};
}

}  // namespace

Result<Options> parse_command_line(TypedWords words) {
  Options options;
  std::vector<std::string_view> behind;
  if (!words.empty() && words[0].starts_with('-')) {
    const auto rest = parse_options(
        words, {.name = "snug", .options = front_options(), .stops_at_word = true, .h_is_help = true},
        options);
    if (!rest)
      return tl::unexpected{rest.error()};
    if (rest->marked)
      return fail(
          {.step = "snug: a command of snug comes before \"--\"", .hint = "did you mean snug run -- ?"});
    behind = rest->words;
    words = behind;
  }
  if (words.empty())
    return options;
  const std::string_view family = words[0];
  const auto command = take_command(words);
  if (!command)
    return tl::unexpected{command.error()};
  if (!*command) {
    options.command = Command::Help;
    options.words = {std::string{family}};
    return options;
  }
  const CommandDef& def = **command;
  options.command = def.id;
  // Docker's -h names the host. Alone it can only be a call for help.
  if (def.takes_run_options && words.size() == 1 && words[0] == "-h") {
    options.common.help = true;
    return options;
  }
  // `snug help --volume` asks about an option.
  if (def.id == Command::Help && words.size() == 1 && words[0].size() > 2 && words[0] != "--help" &&
      words[0].starts_with("--")) {
    options.words = {std::string{words[0]}};
    return options;
  }
  const std::string name = fmt::format("snug {}", def.name);
  const auto rest = parse_options(words,
                                  {.name = name,
                                   .options = options_of(def),
                                   .stops_at_word = def.ends_at_word,
                                   .h_is_help = !def.takes_run_options},
                                  options);
  if (!rest)
    return tl::unexpected{rest.error()};
  if (options.common.help.value_or(false) || options.common.version.value_or(false))
    return options;
  if (auto status = take_words(def, *rest, options); !status)
    return tl::unexpected{status.error()};
  return options;
}

Result<Options> parse_command_line(int argc, const char* const* argv) {
  const std::vector<std::string_view> words{argv + (argc > 0), argv + argc};
  return parse_command_line(words);
}

}  // namespace snug
