#include <fmt/format.h>

#include "base/text.h"
#include "cli/commands/commands.h"
#include "cli/grammar/completion.h"
#include "cli/show/report.h"

namespace snug {

Result<int> completion_command(const Options& options) {
  const std::string& shell = options.words[0];
  const auto script = completion_script(shell);
  if (script.empty())
    return fail({.step = fmt::format("snug completion: \"{}\" is not one of bash, zsh, fish",
                                     escape_control(shell))});
  return print_answer(script).map([] { return 0; });
}

}  // namespace snug
