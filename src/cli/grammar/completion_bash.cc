#include <fmt/format.h>

#include "base/text.h"
#include "cli/grammar/completion.h"
#include "cli/grammar/completion_parts.h"

namespace snug::cli {
namespace {

// Bash breaks words at "=" and ":", so that --network=host and debian:12 come in pieces. They are put
// together again, and what bash already has is taken off the answers.
constexpr std::string_view kBashMain = R"sh(
_snug() {
  local snug=$1 word glue='' command='' family='' option='' i prefix=''
  local -a words=()
  COMPREPLY=()
  for word in "${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
    if ((${#words[@]})) && [[ $word == [=:]* || $glue ]]; then words[-1]+=$word; else words+=("$word"); fi
    [[ $word == [=:]* ]] && glue=1 || glue=''
  done
  local cur=${words[-1]} tail=${COMP_WORDS[COMP_CWORD]}
  [[ $tail == [=:]* ]] && tail=''
  local strip=${cur%"$tail"} IFS=$'\n'

  # The command, the option that waits for its value, and how many other words there are.
  local count=0
  for ((i = 1; i < ${#words[@]} - 1; ++i)); do
    word=${words[i]}
    if [[ $option ]]; then
      option=''
    elif [[ $word == -- ]]; then
      ((count += 1))
    elif [[ $word == -* ]]; then
      _snug_takes_value "$command" "$word" && option=$word
    elif [[ $command ]]; then
      ((count += 1))
    elif [[ ! $family && $word == @(@FAMILIES@) ]]; then
      family=$word
    else
      command=${family:+$family }$word
    fi
    # Options end here: the rest is the payload's.
    ((count)) && _snug_has_payload "$command" && break
  done

  if [[ $option ]]; then
    _snug_value "$command" "$option" "$cur"
  elif ((count)) && _snug_has_payload "$command"; then
    compopt -o default
  elif [[ $cur == --*=* ]]; then
    prefix=${cur%%=*}=
    _snug_value "$command" "${cur%%=*}" "${cur#*=}"
  elif [[ $cur == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$(_snug_options "$command")" -- "$cur")
  elif [[ ! $command ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$(_snug_commands "$family")" -- "$cur")
  else
    _snug_word "$command" "$cur"
  fi
  if ((${#COMPREPLY[@]})); then COMPREPLY=("${COMPREPLY[@]#"$strip"}"); fi
}

_snug_images() {
  compopt -o filenames
  mapfile -t COMPREPLY < <(
    compgen -P "$prefix" -W "$("$snug" image ls -q 2>/dev/null)" -- "$1"
    compgen -P "$prefix" -d -- "$1"
  )
}
_snug_profiles() {
  compopt -o filenames
  mapfile -t COMPREPLY < <(
    compgen -P "$prefix" -W "$("$snug" profile ls -q 2>/dev/null)" -- "$1"
    compgen -P "$prefix" -d -- "$1"
    compgen -P "$prefix" -f -X '!*.toml' -- "$1"
  )
}
_snug_containers() {
  mapfile -t COMPREPLY < <(compgen -P "$prefix" -W "$("$snug" ps -a -q 2>/dev/null)" -- "$1")
}
# NAME:PATH, or a file. What is behind the colon is known inside only.
_snug_container_paths() {
  [[ $1 == *:* ]] && return
  mapfile -t COMPREPLY < <(compgen -S : -W "$("$snug" ps -a -q 2>/dev/null)" -- "$1")
  if ((${#COMPREPLY[@]})); then compopt -o nospace; else _snug_files "$1"; fi
}
_snug_files() {
  [[ $1 == *:* ]] && return
  compopt -o filenames
  mapfile -t COMPREPLY < <(compgen -P "$prefix" -f -- "$1")
}
_snug_choices() {
  mapfile -t COMPREPLY < <(compgen -P "$prefix" -W "$2" -- "$1")
}

complete -F _snug snug
)sh";

std::string words_in_lines(const std::vector<std::string>& words) {
  return fmt::format("$'{}'", join(words, "\\n"));
}

// A call that prints the completions of the word in `argument`.
std::string call(Complete complete, const std::vector<std::string>& choices, std::string_view argument) {
  switch (complete) {
    case Complete::File:
    case Complete::Directory:
      return fmt::format("_snug_files {}", argument);
    case Complete::ImageName:
      return fmt::format("_snug_images {}", argument);
    case Complete::ContainerName:
      return fmt::format("_snug_containers {}", argument);
    case Complete::ContainerPath:
      return fmt::format("_snug_container_paths {}", argument);
    case Complete::ProfileName:
      return fmt::format("_snug_profiles {}", argument);
    case Complete::Choice:
    case Complete::Topic:
    case Complete::Shell:
      return fmt::format("_snug_choices {} {}", argument, words_in_lines(choices));
    case Complete::Nothing:
      break;
  }
  return ":";
}

std::string offered_words(const CommandDef& command) {
  std::string words = "printf '%s\\n'";
  for (const OptionDef* option : offered_options_of(command)) {
    words += fmt::format(" --{}", option->name);
    if (option->letter)
      words += fmt::format(" -{}", option->letter);
  }
  return words;
}

// Is $2 an option that takes the next word?
std::string value_pattern_test(const CommandDef& command) {
  const OptionShapes shapes = shapes_of(command);
  std::string test =
      fmt::format("\n      case $2 in\n        {}) return 0 ;;\n      esac", join(shapes.valued, " | "));
  return test + (shapes.value_letters.empty() ? "\n      return 1"
                                              : fmt::format("\n      [[ $2 =~ ^-[{}]*[{}]$ ]]",
                                                            shapes.flag_letters, shapes.value_letters));
}

// Prints the completions of $3, a value of the option $2.
std::string value_calls(const CommandDef& command) {
  std::string calls;
  for (const OptionDef* option : options_of(command))
    if (kind_of(*option) != Kind::Flag && option->complete != Complete::Nothing)
      calls += fmt::format("\n        --{}{}) {} ;;", option->name,
                           option->letter ? fmt::format(" | -*{}", option->letter) : "",
                           call(option->complete, choices_as_strings(*option), "\"$3\""));
  return fmt::format("\n      case $2 in{}\n      esac", calls);
}

// A shell function that chooses by the command, $1.
std::string by_command(std::string_view name, std::string (*make)(const CommandDef&)) {
  std::string text = fmt::format("{}() {{\n  case $1 in\n", name);
  for (const SameText& same : texts_of_commands(make)) {
    std::string commands;
    for (const std::string_view command : same.commands)
      commands += fmt::format("{}'{}'", commands.empty() ? "" : " | ", command);
    text += fmt::format("    {}) {} ;;\n", commands, same.text);
  }
  return text + fmt::format("    *) {} ;;\n  esac\n}}\n", make(CommandDef{}));
}

std::string option_functions() {
  return by_command("_snug_options", offered_words) + by_command("_snug_takes_value", value_pattern_test) +
         by_command("_snug_value", value_calls);
}

std::string command_functions() {
  std::string commands = "_snug_commands() {\n  case $1 in\n";
  for (const std::string_view family : command_families())
    commands += fmt::format("    {}) printf '%s\\n' {} ;;\n", family, join(members_of(family), " "));
  commands += fmt::format("    *) printf '%s\\n' {} ;;\n  esac\n}}\n", join(first_words(), " "));

  std::string words = "_snug_word() {\n  case $1 in\n";
  for (const CommandDef& command : command_table()) {
    if (command.positional != Complete::Nothing)
      words += fmt::format("    '{}') {} ;;\n", command.name,
                           call(command.positional, positional_choices(command), "\"$2\""));
  }
  return commands +
         fmt::format("_snug_has_payload() {{\n  [[ $1 == @({}) ]]\n}}\n", join(payload_commands(), "|")) +
         words + "  esac\n}\n";
}

}  // namespace

std::string bash_completion() {
  std::string main{kBashMain};
  constexpr std::string_view kFamilies = "@FAMILIES@";
  std::vector<std::string> families;
  for (const std::string_view family : command_families()) families.emplace_back(family);
  main.replace(main.find(kFamilies), kFamilies.size(), join(families, "|"));
  return "# bash completion for snug, made by: snug completion bash\n# shellcheck shell=bash "
         "disable=SC2207\n" +
         option_functions() + command_functions() + main;
}

}  // namespace snug::cli
