#include "cli/grammar/help_text.h"

#include <fmt/format.h>

#include "base/text.h"
#include "cli/grammar/embedded_help.h"

namespace snug::cli {
namespace {

constexpr std::string_view kTopicNames[] = {"status", "images",   "containers",
                                            "detach", "profiles", "environment"};

// Returns "" if there is no such text; a unit test checks that each command and topic has one.
std::string_view embedded_text(std::string_view name) {
  const auto texts = embedded_help();
  const auto found = std::ranges::find(texts, name, &EmbeddedText::name);
  return found == texts.end() ? std::string_view{} : found->text;
}

std::string_view without_end_of_line(std::string_view text) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  return text;
}

std::string_view first_line(std::string_view text) {
  return text.substr(0, text.find('\n'));
}

// Calls `see(heading, body)` for each section of a text.
template<typename See>
void for_each_section(std::string_view text, const See& see) {
  constexpr std::string_view kMark = "\n# ";
  for (std::size_t at = text.find(kMark); at != std::string_view::npos;) {
    const std::string_view section = text.substr(at + kMark.size());
    const std::size_t next = section.find(kMark);
    const std::string_view heading = first_line(section);
    const std::string_view body = section.substr(0, next);
    see(heading, without_end_of_line(body.substr(std::min(heading.size() + 1, body.size()))));
    at = next == std::string_view::npos ? next : at + kMark.size() + next;
  }
}

std::string_view text_of(const CommandDef& command) {
  std::string name = fmt::format("commands/{}", command.name);
  std::ranges::replace(name, ' ', '-');
  return embedded_text(name);
}

HelpText parse_help_text(std::string_view text) {
  HelpText help{.summary = first_line(text)};
  for_each_section(text, [&](std::string_view heading, std::string_view body) {
    if (heading == "Usage")
      help.usage = body;
    else if (heading == "Description")
      help.description = body;
    else if (heading == "Examples")
      help.examples = body;
    else if (heading == "End")
      help.end = body;
  });
  return help;
}

}  // namespace

HelpText help_text(const CommandDef& command) {
  return parse_help_text(text_of(command));
}

HelpText overview_text() {
  return parse_help_text(embedded_text("overview"));
}

std::string option_detail(const CommandDef& command, const OptionDef& option) {
  std::string detail{option.detail};
  const std::string name = fmt::format("--{}", option.name);
  for_each_section(text_of(command), [&](std::string_view heading, std::string_view body) {
    while (!heading.empty()) {
      const std::size_t comma = std::min(heading.find(", "), heading.size());
      if (heading.substr(0, comma) == name)
        detail = body;
      heading.remove_prefix(std::min(comma + 2, heading.size()));
    }
  });
  // The lines are those of the file; whoever shows the text breaks it anew.
  std::ranges::replace(detail, '\n', ' ');
  return detail;
}

std::span<const std::string_view> topic_names() {
  return kTopicNames;
}

Topic topic(std::string_view name) {
  const std::string_view text = embedded_text(fmt::format("topics/{}", name));
  const std::string_view summary = first_line(text);
  return {.name = name,
          .summary = summary,
          .text = text.substr(std::min(summary.size() + 2, text.size()))};  // an empty line between
}

}  // namespace snug::cli
