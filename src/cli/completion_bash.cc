#include <fmt/format.h>

#include "base/text.h"
#include "cli/completion.h"
#include "cli/completion_parts.h"

namespace snug {
namespace {

// Bash breaks words at "=" and ":", so that --network=host and debian:12 come in pieces. They are put
// together again, and what bash already has is taken off the answers.
constexpr std::string_view kMain = R"sh(
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
      _snug_takes_value "$word" && option=$word
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
    _snug_value "$option" "$cur"
  elif ((count)) && _snug_has_payload "$command"; then
    compopt -o default
  elif [[ $cur == --*=* ]]; then
    prefix=${cur%%=*}=
    _snug_value "${cur%%=*}" "${cur#*=}"
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

std::string call(Complete complete, const std::vector<std::string>& choices) {
  switch (complete) {
    case Complete::File:
      return "_snug_files \"$2\"";
    case Complete::Directory:
      return "_snug_files \"$2\"";
    case Complete::Image:
      return "_snug_images \"$2\"";
    case Complete::Profile:
      return "_snug_profiles \"$2\"";
    case Complete::Choice:
    case Complete::Topic:
    case Complete::Shell:
      return fmt::format("_snug_choices \"$2\" {}", words_in_lines(choices));
    case Complete::Nothing:
      break;
  }
  return ":";
}

std::string option_functions() {
  std::string options = "_snug_options() {\n  case $1 in\n";
  for (const CommandDef& command : command_table()) {
    std::vector<std::string> words;
    for (const OptionDef* option : offered_options_of(command)) {
      words.push_back(fmt::format("--{}", option->name));
      if (option->letter)
        words.push_back(fmt::format("-{}", option->letter));
    }
    options += fmt::format("    '{}') printf '%s\\n' {} ;;\n", command.name, join(words, " "));
  }
  std::vector<std::string> common;
  for (const OptionDef& option : common_option_table()) common.push_back(fmt::format("--{}", option.name));
  options += fmt::format("    *) printf '%s\\n' {} ;;\n  esac\n}}\n", join(common, " "));

  std::vector<std::string> valued;
  std::string letters, flags;
  std::string values = "_snug_value() {\n  case $1 in\n";
  for (const OptionDef* option : every_option()) {
    if (kind_of(*option) == Kind::Flag) {
      if (option->letter)
        flags += option->letter;
      continue;
    }
    valued.push_back(fmt::format("--{}", option->name));
    if (option->letter)
      letters += option->letter;
    if (option->complete != Complete::Nothing)
      values += fmt::format("    --{}{}) {} ;;\n", option->name,
                            option->letter ? fmt::format(" | -*{}", option->letter) : "",
                            call(option->complete, choices_as_strings(*option)));
  }
  return options +
         fmt::format(
             "_snug_takes_value() {{\n  case $1 in\n    {}) return 0 ;;\n  esac\n"
             "  [[ $1 =~ ^-[{}]*[{}]$ ]]\n}}\n",
             join(valued, " | "), flags, letters) +
         values + "  esac\n}\n";
}

std::string command_functions() {
  std::string commands = "_snug_commands() {\n  case $1 in\n";
  for (const std::string_view family : command_families())
    commands += fmt::format("    {}) printf '%s\\n' {} ;;\n", family, join(members_of(family), " "));
  commands += fmt::format("    *) printf '%s\\n' {} ;;\n  esac\n}}\n", join(first_words(), " "));

  std::vector<std::string> with_payload;
  std::string words = "_snug_word() {\n  case $1 in\n";
  for (const CommandDef& command : command_table()) {
    if (command.takes_run_options)
      with_payload.emplace_back(command.name);
    if (command.positional != Complete::Nothing)
      words += fmt::format("    '{}') {} ;;\n", command.name,
                           call(command.positional, positional_choices(command)));
  }
  return commands +
         fmt::format("_snug_has_payload() {{\n  [[ $1 == @({}) ]]\n}}\n", join(with_payload, "|")) + words +
         "  esac\n}\n";
}

}  // namespace

std::string bash_completion() {
  std::string main{kMain};
  constexpr std::string_view kFamilies = "@FAMILIES@";
  std::vector<std::string> families;
  for (const std::string_view family : command_families()) families.emplace_back(family);
  main.replace(main.find(kFamilies), kFamilies.size(), join(families, "|"));
  return "# bash completion for snug, made by: snug completion bash\n# shellcheck shell=bash "
         "disable=SC2207\n" +
         option_functions() + command_functions() + main;
}

}  // namespace snug
