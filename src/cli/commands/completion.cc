#include "cli/grammar/completion.h"

#include <fmt/format.h>

#include "base/text.h"
#include "cli/grammar/definition.h"
#include "cli/show/report.h"

namespace snug::cli {
namespace {

Result<int> print_completion(const Invocation& invocation) {
  const std::string& shell = invocation.words[0];
  const auto script = completion_script(shell);
  if (script.empty())
    return fail({.step = fmt::format("snug completion: \"{}\" is not one of bash, zsh, fish",
                                     escape_control(shell))});
  return print_answer(script).map([] { return 0; });
}

}  // namespace

extern constexpr CommandDef kCompletionCommand{
    .name = "completion",
    .arity = {1, 1, "name one shell"},
    .positional = Complete::Shell,
    .run = print_completion,
};

}  // namespace snug::cli
