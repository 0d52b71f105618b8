// The part of parsing that CLI11 does: the options at the front of some words. Only parse_options.cc includes
// it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/grammar/definition.h"

namespace snug::cli {

// The options that may follow, and how the words around them are read.
struct Grammar {
  std::string_view name;  // "snug run", for messages
  std::vector<const OptionDef*> options;
  // After the first word that is no option nothing is an option: it belongs to the payload. Otherwise
  // options may stand anywhere before "--".
  bool stops_at_word;
  bool h_is_help;
  std::span<const Elsewhere> elsewhere{};  // see CommandDef
};

// Puts the values of the options into `out` and returns the other words.
Result<TypedWords> parse_options(std::span<const std::string_view> words, const Grammar& grammar,
                                 Invocation& out);

}  // namespace snug::cli
