#include "cli/input/payload_words.h"

#include "cli/grammar/parse.h"

namespace snug::cli {

Status take_payload(const TypedWords& typed, Invocation& invocation) {
  auto& run = invocation.own.as<RunOptions>();
  std::span<const std::string_view> words{typed.words};
  if (!typed.marked && !words.empty()) {
    if (words[0].empty())
      return wrong_words(*invocation.command, "IMAGE is empty");
    run.image = words[0];
    words = words.subspan(1);
    // "--" is accepted after IMAGE too; no command is called that.
    if (!words.empty() && words[0] == "--")
      words = words.subspan(1);
  }
  run.command.assign(words.begin(), words.end());
  return {};
}

}  // namespace snug::cli
