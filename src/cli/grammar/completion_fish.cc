#include <fmt/format.h>

#include "base/text.h"
#include "cli/grammar/completion.h"
#include "cli/grammar/completion_parts.h"
#include "cli/grammar/help_text.h"

namespace snug::cli {
namespace {

constexpr std::string_view kFishHelpers = R"fish(
# Is an option of a command one that takes the next word?
function __snug_takes_value
    switch $argv[1]
@VALUED@    end
end

# Prints the command, then how many words after it are no options. Options of @PAYLOAD@ end at the first.
function __snug_state
    set -l command
    set -l family
    set -l count 0
    set -l waiting 0
    for word in (commandline -opc)[2..]
        if test $waiting = 1
            set waiting 0
        else if test "$word" = --
            set count (math $count + 1)
        else if string match -q -- '-*' $word
            if __snug_takes_value "$command" $word
                set waiting 1
            end
        else if test -n "$command"
            set count (math $count + 1)
        else if contains -- "$word" @FAMILIES@; and test -z "$family"
            set family $word
        else
            set command (string join ' ' $family $word)
        end
        if test $count -gt 0; and contains -- "$command" @PAYLOAD@
            break
        end
    end
    if test -z "$command"
        set command $family
    end
    echo $command
    echo $count
end

# Is this the place of options or of the first word of one of these commands?
function __snug_at
    set -l state (__snug_state)
    contains -- "$state[1]" $argv; or return
    test $state[2] = 0; or not contains -- "$state[1]" @PAYLOAD@
end

function __snug_at_payload
    set -l state (__snug_state)
    contains -- "$state[1]" @PAYLOAD@; and test $state[2] -gt 0
end

function __snug_at_start
    set -l state (__snug_state)
    test -z "$state[1]"
end

complete -c snug -f
complete -c snug -n __snug_at_payload -F
)fish";

std::string quote(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\')
      out += '\\';
    out += c;
  }
  return out + "'";
}

// The arguments of `complete` for a value or a word.
std::string offer(Complete complete, const std::vector<std::string>& choices) {
  switch (complete) {
    case Complete::File:
      return " -F";
    case Complete::Directory:
      return " -a '(__fish_complete_directories)'";
    case Complete::ImageName:
      return " -a '(snug image ls -q 2>/dev/null; __fish_complete_directories)'";
    case Complete::ContainerName:
      return " -a '(snug ps -a -q 2>/dev/null)'";
    case Complete::ContainerPath:
      return " -F -a '(snug ps -a -q 2>/dev/null | string replace -r \\'$\\' :)'";
    case Complete::ProfileName:
      return " -a '(snug profile ls -q 2>/dev/null; __fish_complete_suffix .toml)'";
    case Complete::Choice:
    case Complete::Topic:
    case Complete::Shell:
      return fmt::format(" -a {}", quote(join(choices, " ")));
    case Complete::Nothing:
      break;
  }
  return "";
}

std::string option_line(const OptionDef& option, std::string_view condition) {
  std::string line = "complete -c snug";
  if (!condition.empty())
    line += fmt::format(" -n {}", quote(condition));
  if (option.letter)
    line += fmt::format(" -s {}", option.letter);
  line += fmt::format(" -l {}", option.name);
  if (kind_of(option) != Kind::Flag)
    line += (option.complete == Complete::File ? " -r" : " -x") +
            offer(option.complete, choices_as_strings(option));
  return line + fmt::format(" -d {}\n", quote(option.help));
}

std::string options_text() {
  std::vector<std::string> with_run_options;
  std::string own;
  std::vector<std::string> all;
  for (const CommandDef& command : command_table()) {
    all.push_back(quote(command.name));
    if (command.takes_run_options)
      with_run_options.emplace_back(command.name);
    for (const OptionDef& option : command.own)
      own += option_line(option, fmt::format("__snug_at {}", quote(command.name)));
  }
  std::string text;
  for (const OptionDef& option : run_option_table())
    if (!option.later)
      text += option_line(option, fmt::format("__snug_at {}", join(with_run_options, " ")));
  for (const OptionDef& option : common_option_table()) {
    text += option_line(option, "__snug_at_start");
    text += option_line(option, fmt::format("__snug_at {}", join(all, " ")));
  }
  return text + own;
}

std::string words_text() {
  std::string text;
  for (const std::string& word : first_words())
    text += fmt::format("complete -c snug -n __snug_at_start -a {} -d {}\n", word,
                        quote(first_word_summary(word)));
  for (const CommandDef& command : command_table()) {
    const std::size_t space = command.name.find(' ');
    if (space != std::string_view::npos)
      text += fmt::format("complete -c snug -n '__snug_at {}' -a {} -d {}\n", command.name.substr(0, space),
                          command.name.substr(space + 1), quote(help_text(command).summary));
    if (command.positional != Complete::Nothing)
      text +=
          fmt::format("complete -c snug -n {}{}\n", quote(fmt::format("__snug_at {}", quote(command.name))),
                      offer(command.positional, positional_choices(command)));
  }
  return text;
}

std::string value_match(const CommandDef& command) {
  const OptionShapes shapes = shapes_of(command);
  return fmt::format("            string match -qr -- '^({}{})$' $argv[2]\n", join(shapes.valued, "|"),
                     shapes.value_letters.empty()
                         ? ""
                         : fmt::format("|-[{}]*[{}]", shapes.flag_letters, shapes.value_letters));
}

std::string value_tests() {
  std::string cases;
  for (const SameText& same : texts_of_commands(value_match)) {
    cases += "        case";
    for (const std::string_view command : same.commands) cases += fmt::format(" {}", quote(command));
    cases += "\n" + same.text;
  }
  return cases + "        case '*'\n" + value_match(CommandDef{});
}

}  // namespace

std::string fish_completion() {
  std::string helpers{kFishHelpers};
  std::vector<std::string> families;
  for (const std::string_view family : command_families()) families.emplace_back(family);
  const auto replace = [&](std::string_view mark, std::string_view by) {
    for (std::size_t at = helpers.find(mark); at != std::string::npos; at = helpers.find(mark))
      helpers.replace(at, mark.size(), by);
  };
  replace("@VALUED@", value_tests());
  replace("@FAMILIES@", join(families, " "));
  replace("@PAYLOAD@", join(payload_commands(), " "));
  return "# fish completion for snug, made by: snug completion fish\n" + helpers + "\n" + words_text() +
         options_text();
}

}  // namespace snug::cli
