#include "cli/commands/dispatch.h"

#include <cstdlib>

#include "base/try.h"
#include "cli/grammar/definition.h"
#include "launch/trace.h"

namespace snug::cli {

Result<int> dispatch(const Invocation& invocation) {
  if (invocation.common.help.value_or(false) ||
      (!invocation.command && !invocation.common.version.value_or(false)))
    return find_command("help")->run(invocation);
  if (invocation.common.version.value_or(false))
    return find_command("version")->run(invocation);
  const char* trace = std::getenv("SNUG_TRACE");
  TRY(launch::open_trace(trace ? trace : ""));
  return invocation.command->run(invocation);
}

}  // namespace snug::cli
