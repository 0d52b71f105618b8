// The prose of the help, which stands in help/: commands/NAME.txt, topics/NAME.txt and overview.txt.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "cli/grammar/definition.h"

namespace snug::cli {

// One text: a line that sums it up, then sections, each beneath a line "# Name". A section is "" where the
// text has none of that name.
struct HelpText {
  std::string_view summary{};
  std::string_view usage{};        // one form a line, without "snug"
  std::string_view description{};  // paragraphs after the usage lines
  std::string_view examples{};     // a command a line, what it does indented below it
  std::string_view end{};          // of the overview alone
};

HelpText help_text(const CommandDef& command);
HelpText overview_text();

// Further sentences about an option, for the man page and `snug help --NAME`: from the option's definition,
// or from the section "# --NAME" of its command.
std::string option_detail(const CommandDef& command, const OptionDef& option);

// A topic of `snug help TOPIC`.
struct Topic {
  std::string_view name{};
  std::string_view summary{};
  std::string_view text{};
};

// In the order of the help.
std::span<const std::string_view> topic_names();

// `name` is one of topic_names().
Topic topic(std::string_view name);

}  // namespace snug::cli
