#include <fmt/format.h>

#include "base/text.h"
#include "cli/grammar/completion.h"
#include "cli/grammar/completion_parts.h"

namespace snug::cli {
namespace {

constexpr std::string_view kZshHelpers = R"sh(
_snug_images() {
  local -a names=(${(f)"$(_call_program images $snug image ls -q 2>/dev/null)"})
  _alternative 'images:image:compadd -a names' 'directories:directory:_files -/'
}
_snug_containers() {
  local expl
  local -a names=(${(f)"$(_call_program containers $snug ps -a -q 2>/dev/null)"})
  _wanted containers expl container compadd -a names
}
_snug_container_paths() {
  local -a names=(${(f)"$(_call_program containers $snug ps -a -q 2>/dev/null)"})
  _alternative 'containers:container:compadd -S : -a names' 'files:file:_files'
}
_snug_profiles() {
  local -a names=(${(f)"$(_call_program profiles $snug profile ls -q 2>/dev/null)"})
  _alternative 'profiles:profile:compadd -a names' 'files:file:_files -g "*.toml"'
}
)sh";

constexpr std::string_view kZshMain = R"sh(
_snug() {
  local curcontext=$curcontext state line ret=1 snug=${words[1]}
  typeset -A opt_args
  _arguments -C -A '-*' \
@COMMON@    '1: :->command' '*:: :->rest' && ret=0
  case $state in
    command) _snug_commands && ret=0 ;;
    rest)
      case $words[1] in
@FAMILIES@      esac
      (( $+functions[_snug_$words[1]] )) && _snug_$words[1] && ret=0
      ;;
  esac
  return ret
}

# Autoloaded by compinit, or read by: source <(snug completion zsh)
if [[ $funcstack[1] == _snug ]]; then _snug "$@"; else compdef _snug snug; fi
)sh";

// Inside single quotes, and inside a specification of _arguments, where : [ ] and \ have a meaning.
std::string escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == ':' || c == '[' || c == ']' || c == '\\')
      out += '\\';
    if (c == '\'')
      out += "'\\''";
    else
      out += c;
  }
  return out;
}

std::string action(Complete complete, const std::vector<std::string>& choices) {
  switch (complete) {
    case Complete::File:
      return "_files";
    case Complete::Directory:
      return "_files -/";
    case Complete::ImageName:
      return "_snug_images";
    case Complete::ContainerName:
      return "_snug_containers";
    case Complete::ContainerPath:
      return "_snug_container_paths";
    case Complete::ProfileName:
      return "_snug_profiles";
    case Complete::Choice:
    case Complete::Topic:
    case Complete::Shell:
      return fmt::format("({})", join(choices, " "));
    case Complete::Nothing:
      break;
  }
  return " ";
}

std::string option_specs(const OptionDef& option) {
  const Kind kind = kind_of(option);
  const std::string value = kind == Kind::Flag
                                ? ""
                                : fmt::format(":{}:{}", escape(option.argument),
                                              action(option.complete, choices_as_strings(option)));
  const std::string again = kind == Kind::Repeated ? "*" : "";
  const std::string others =
      kind != Kind::Repeated && option.letter ? fmt::format("(-{} --{})", option.letter, option.name) : "";
  std::string specs = fmt::format("    '{}{}--{}{}[{}]{}' \\\n", others, again, option.name,
                                  kind == Kind::Flag ? "" : "=", escape(option.help), value);
  if (option.letter)
    specs += fmt::format("    '{}{}-{}{}[{}]{}' \\\n", others, again, option.letter,
                         kind == Kind::Flag ? "" : "+", escape(option.help), value);
  return specs;
}

std::string command_function(const CommandDef& command) {
  std::string text = fmt::format("_snug_{}() {{\n  _arguments -s -S{} : \\\n", function_name(command.name),
                                 command.ends_at_word ? " -A '-*'" : "");
  for (const OptionDef* option : offered_options_of(command)) text += option_specs(*option);
  const std::string first =
      command.positional == Complete::Nothing
          ? ""
          : fmt::format(": :{}", action(command.positional, positional_choices(command)));
  if (command.ends_at_word)
    return text + fmt::format("    '1{}' '*:: :_files'\n}}\n", first);
  return text + (first.empty() ? "    && return\n}\n" : fmt::format("    '*{}'\n}}\n", first));
}

}  // namespace

std::string zsh_completion() {
  std::string text =
      "#compdef snug\n# zsh completion for snug, made by: snug completion zsh\n" + std::string{kZshHelpers};
  text += "\n_snug_commands() {\n  local -a commands=(\n";
  for (const std::string& word : first_words())
    text += fmt::format("    '{}:{}'\n", word, escape(first_word_summary(word)));
  text += "  )\n  _describe -t commands 'command of snug' commands\n}\n";
  for (const CommandDef& command : command_table()) text += command_function(command);

  std::string families;
  for (const std::string_view family : command_families())
    families += fmt::format(
        "        {0})\n"
        "          if (( CURRENT == 2 )); then _values 'command of snug {0}' {1} && return; fi\n"
        "          words[2]={0}_$words[2]; shift words; (( CURRENT -= 1 )) ;;\n",
        family, join(members_of(family), " "));
  std::string common;
  for (const OptionDef& option : common_option_table()) common += option_specs(option);
  std::string main{kZshMain};
  const auto replace = [&](std::string_view mark, std::string_view by) {
    main.replace(main.find(mark), mark.size(), by);
  };
  replace("@COMMON@", common);
  replace("@FAMILIES@", families);
  return text + main;
}

}  // namespace snug::cli
