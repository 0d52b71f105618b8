#include "cli/grammar/parse_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <utility>

#include "base/overloaded.h"
#include "base/text.h"
#include "base/try.h"

namespace snug::cli {
namespace {

// CLI11 takes "--name=" for an option whose value is the next word. What stands for the empty value instead
// is a text that no argv can hold.
constexpr std::string_view kEmptyValue{"\0", 1};

// CLI::App without the help option that its public constructor adds: adding an option is what costs.
struct Parser : CLI::App {
  Parser() : CLI::App("", "", nullptr) {}
};

std::string long_name(const OptionDef& option) {
  return fmt::format("--{}", option.name);
}

const OptionDef* find_long(const Grammar& grammar, std::string_view name) {
  const auto found = std::ranges::find(grammar.options, name, &OptionDef::name);
  return found == grammar.options.end() ? nullptr : *found;
}

const OptionDef* find_letter(const Grammar& grammar, char letter) {
  if (letter == 'h' && grammar.h_is_help)
    return find_long(grammar, "help");
  const auto found = std::ranges::find(grammar.options, letter, &OptionDef::letter);
  return found == grammar.options.end() ? nullptr : *found;
}

// Every option that `words` could mean, and perhaps some more (of a payload, or of a value that starts with a
// dash). Only these are built: CLI11 compares each new option with all before it, which for the fifty of
// `snug run` costs 0.1 ms at every start; a usual line has five.
std::vector<const OptionDef*> mentioned(std::span<const std::string_view> words, const Grammar& grammar) {
  std::vector<const OptionDef*> found;
  const auto add = [&](const OptionDef* option) {
    if (option && std::ranges::find(found, option) == found.end())
      found.push_back(option);
  };
  for (const std::string_view word : words) {
    if (word.starts_with("--"))
      add(find_long(grammar, word.substr(2, word.find('=') - 2)));
    else if (word.starts_with('-'))
      for (const char letter : word.substr(1)) add(find_letter(grammar, letter));
  }
  return found;
}

CLI::Option* build(Parser& parser, const OptionDef& option, const Grammar& grammar) {
  const char letter = option.name == "help" && grammar.h_is_help ? 'h' : option.letter;
  const std::string names = letter ? fmt::format("-{},--{}", letter, option.name) : long_name(option);
  CLI::Option* built = parser.add_option(names, CLI::callback_t{});
  switch (kind_of(option)) {
    case Kind::Flag:
      return built->type_size(0)->expected(0)->default_str("true")->multi_option_policy(
          CLI::MultiOptionPolicy::TakeLast);
    case Kind::Value:
      return built->type_size(1)->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    case Kind::Repeated:
      break;
  }
  // One value for each time it is typed: with extra arguments allowed, CLI11 would eat IMAGE as well.
  return built->type_size(1)
      ->expected(1, CLI::detail::expected_max_vector_size)
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

tl::unexpected<Error> unknown_option(std::string_view word, const Grammar& grammar) {
  const std::string_view typed = word.substr(0, word.find('='));
  Error error{.step = fmt::format("{}: {} has no such option", escape_control(typed), grammar.name),
              .hint = fmt::format("{} --help lists them", grammar.name)};
  const auto own = std::ranges::find(grammar.elsewhere, typed, &Elsewhere::word);
  if (own != grammar.elsewhere.end()) {
    error.hint = own->hint;
    return fail(std::move(error));
  }
  if (!typed.starts_with("--"))
    return fail(std::move(error));
  const std::string_view name = typed.substr(2);
  const auto of_run = run_option_elsewhere();
  const auto elsewhere = std::ranges::find(of_run, name, &Elsewhere::word);
  std::vector<std::string_view> names;
  for (const OptionDef* option : grammar.options) names.push_back(option->name);
  if (elsewhere != of_run.end() && find_long(grammar, "volume"))
    error.hint = elsewhere->hint;
  else if (const std::string_view near = nearest(name, names); !near.empty())
    error.hint = fmt::format("did you mean --{}?", near);
  return fail(std::move(error));
}

// CLI11 has run out of words, so the option is the last of them.
tl::unexpected<Error> missing_value(std::string_view last, const Grammar& grammar) {
  const OptionDef* option = last.starts_with("--") ? find_long(grammar, last.substr(2))
                                                   : find_letter(grammar, last.empty() ? '\0' : last.back());
  if (!option)
    return fail({.step = fmt::format("{}: a value is missing", escape_control(last))});
  return fail({.step = fmt::format("{}: needs a value: {}", long_name(*option), option->argument),
               .hint = grammar.stops_at_word && option->letter == 'h'
                           ? fmt::format("for help: {} --help", grammar.name)
                           : ""});
}

Result<bool> parse_switch(const OptionDef& option, std::string_view text) {
  if (text == "true" || text == "1")
    return true;
  if (text == "false" || text == "0")
    return false;
  return fail({.step = fmt::format("{}: \"{}\" is not true or false", long_name(option),
                                   escape_control(text == kEmptyValue ? "" : text))});
}

// Compares the part up to the colon of a choice such as "container:NAME"; the option's reader checks the
// rest.
bool is_choice(std::string_view choice, std::string_view text) {
  const std::size_t colon = choice.find(':');
  return colon == std::string_view::npos ? text == choice : text.starts_with(choice.substr(0, colon + 1));
}

Status check_choice(const OptionDef& option, std::string_view text) {
  const auto choices = choices_of(option);
  if (choices.empty() || std::ranges::any_of(choices, [&](auto choice) { return is_choice(choice, text); }))
    return {};
  Error error{.step = fmt::format("{}: \"{}\" is not one of {}", long_name(option), escape_control(text),
                                  fmt::join(choices, ", "))};
  if (const std::string_view near = nearest(text, choices); !near.empty())
    error.hint = fmt::format("did you mean {}?", near);
  return fail(std::move(error));
}

// Puts the results of CLI11 where the definition wants them.
Status store(const OptionDef& option, std::vector<std::string> typed, Invocation& out) {
  for (std::string& value : typed) {
    if (value == kEmptyValue && kind_of(option) != Kind::Flag)
      value.clear();
    TRY(check_choice(option, value));
  }
  OptionValues& values = *option.store.owner == typeid(CommonOptions) ? out.common : out.own.values();
  return std::visit(
      overloaded{
          [&](std::optional<bool> OptionValues::*member) -> Status {
            const auto value = TRY(parse_switch(option, typed.back()));
            values.*member = value;
            return {};
          },
          [&](std::optional<std::string> OptionValues::*member) -> Status {
            values.*member = std::move(typed.back());
            return {};
          },
          [&](std::vector<std::string> OptionValues::*member) -> Status {
            values.*member = std::move(typed);
            return {};
          },
          [&](ByName to) -> Status {
            if (to.kind == Kind::Flag) {
              const auto value = TRY(parse_switch(option, typed.back()));
              typed = {value ? "true" : "false"};
            } else if (to.kind == Kind::Value) {
              typed = {std::move(typed.back())};
            }
            out.own.as<RunOptions>().keys.push_back({std::string{option.name}, std::move(typed)});
            return {};
          },
      },
      option.store.member);
}

// Returns a word as CLI11 should see it. "-m=1G" is "-m1G" to docker; see kEmptyValue for "--name=".
std::string adapt(std::string_view word, const Grammar& grammar) {
  std::string adapted{word};
  if (word.starts_with("--")) {
    if (word.ends_with('='))
      adapted += kEmptyValue;
    return adapted;
  }
  const std::size_t equals = word.starts_with('-') ? word.find('=') : std::string_view::npos;
  if (equals == std::string_view::npos || equals < 2)
    return adapted;
  const auto takes_value = [&](char letter) {
    const OptionDef* option = find_letter(grammar, letter);
    return option && kind_of(*option) != Kind::Flag;
  };
  const std::string_view letters = word.substr(1, equals - 1);
  if (takes_value(letters.back()) && std::ranges::none_of(letters.substr(0, letters.size() - 1), takes_value))
    adapted.erase(equals, 1);
  return adapted;
}

bool is_option_word(std::string_view word) {
  return word.size() > 1 && word[0] == '-';
}

// Sorts what CLI11 left over: words, perhaps a "--", and options that it does not know.
Result<TypedWords> sort_rest(const std::vector<std::string>& left, std::span<const std::string_view> words,
                             const Grammar& grammar) {
  TypedWords rest;
  for (std::size_t i = 0; i < left.size(); ++i) {
    const bool mark = left[i] == "--";
    if (!mark && is_option_word(left[i]))
      return unknown_option(left[i], grammar);
    if (mark || grammar.stops_at_word) {
      // From here on nothing was read as an option, so that it is the tail of what was typed, to the byte.
      const auto tail = words.last(left.size() - i - (mark ? 1 : 0));
      rest.words.insert(rest.words.end(), tail.begin(), tail.end());
      rest.marked = mark;
      return rest;
    }
    // A view of what was typed, not of `left`, which goes away.
    rest.words.push_back(*std::ranges::find(words, std::string_view{left[i]}));
  }
  return rest;
}

}  // namespace

Result<TypedWords> parse_options(std::span<const std::string_view> words, const Grammar& grammar,
                                 Invocation& out) {
  std::vector<std::string> reversed;
  reversed.reserve(words.size());
  for (std::size_t i = words.size(); i > 0; --i) reversed.push_back(adapt(words[i - 1], grammar));
  try {
    Parser parser;
    parser.prefix_command(grammar.stops_at_word)->allow_extras();
    std::vector<std::pair<const OptionDef*, CLI::Option*>> built;
    for (const OptionDef* option : mentioned(words, grammar))
      built.emplace_back(option, build(parser, *option, grammar));
    parser.parse(std::move(reversed));
    auto rest = sort_rest(parser.remaining(), words, grammar);
    if (!rest)
      return rest;
    for (const auto& [option, parsed] : built)
      if (parsed->count() > 0)
        TRY(store(*option, parsed->results(), out));
    return rest;
  } catch (const CLI::ArgumentMismatch&) {
    return missing_value(words.back(), grammar);
  } catch (const CLI::Error& error) {
    return fail({.step = fmt::format("{}: {}", grammar.name, escape_control(error.what()))});
  }
}

}  // namespace snug::cli
