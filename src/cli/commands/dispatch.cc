#include "cli/commands/dispatch.h"

#include "cli/grammar/definition.h"

namespace snug::cli {

Result<int> dispatch(const Invocation& invocation) {
  if (invocation.common.help.value_or(false) ||
      (!invocation.command && !invocation.common.version.value_or(false)))
    return find_command("help")->run(invocation);
  if (invocation.common.version.value_or(false))
    return find_command("version")->run(invocation);
  return invocation.command->run(invocation);
}

}  // namespace snug::cli
