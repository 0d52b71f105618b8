#include <fmt/format.h>
#include <signal.h>

#include "cli/commands/container_ask.h"
#include "cli/commands/shared_options.h"
#include "cli/show/report.h"
#include "host/real_host.h"

namespace snug {
namespace {

Result<int> wait_for_containers(const Invocation& invocation) {
  const auto host = RealHost::look();
  if (!host)
    return tl::unexpected{host.error()};
  const ContainerStore store{host->store_dir()};
  for (const std::string& name : invocation.words) {
    const auto container = store.find(name);
    if (!container)
      return tl::unexpected{container.error()};
    const auto end = ask_if_running(*container, {.kind = FrameKind::Wait});
    if (!end)
      return tl::unexpected{end.error()};
    int status = *end ? (*end)->a : 0;
    if (!*end) {
      const auto state = container->state();
      if (!state)
        return tl::unexpected{state.error()};
      // Its supervisor was killed, and the payload with it.
      status = state->phase == RunPhase::Running ? 128 + SIGKILL : state->exit_code;
    }
    if (Status printed = print_answer(fmt::format("{}\n", status)); !printed)
      return tl::unexpected{printed.error()};
  }
  return 0;
}

}  // namespace

extern constexpr CommandDef kWaitCommand{
    .name = "wait",
    .group = kContainersGroup,
    .arity = kSomeContainers,
    .positional = Complete::ContainerName,
    .run = wait_for_containers,
};

}  // namespace snug
