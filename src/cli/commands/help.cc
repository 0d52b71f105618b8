#include "cli/grammar/help.h"

#include <unistd.h>

#include "base/try.h"

namespace snug::cli {

extern const CommandDef kHelpCommand;

namespace {

// Serves `snug CMD --help` and snug without a command, too.
Result<int> print_help(const Invocation& invocation) {
  const Colour colour = colour_for(STDOUT_FILENO, invocation.common.color);
  const bool named = invocation.command && invocation.command != &kHelpCommand;
  const auto text = TRY(named ? Result<std::string>{command_help(*invocation.command, colour)}
                              : help_on(invocation.words, colour));
  return print_answer(text).map([] { return 0; });
}

}  // namespace

extern constexpr CommandDef kHelpCommand{
    .name = "help",
    .arity = {0, 2, "name one command or topic"},
    .positional = Complete::Topic,
    .run = print_help,
};

}  // namespace snug::cli
