#include "cli/commands/run.h"
#include "cli/input/payload_words.h"

namespace snug::cli {
namespace {

Status take_shell_words(const TypedWords& typed, Invocation& invocation) {
  if (typed.words.size() > 1)
    return fail({.step = "snug shell: takes one IMAGE and no command",
                 .hint = "to run a command: snug run -it IMAGE CMD..."});
  invocation.own.as<RunOptions>().shell = true;
  return take_payload({.words = typed.words}, invocation);
}

}  // namespace

extern constexpr CommandDef kShellCommand{
    .name = "shell",
    .positional = Complete::ImageName,
    .takes_run_options = true,
    .ends_at_word = true,
    .options = kOptionsOf<RunOptions>,
    .take_words = take_shell_words,
    .run = run_command,
};

}  // namespace snug::cli
