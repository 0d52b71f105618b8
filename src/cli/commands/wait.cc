#include <fmt/format.h>
#include <signal.h>

#include "base/try.h"
#include "cli/commands/container_ask.h"
#include "cli/commands/shared_options.h"
#include "cli/show/report.h"
#include "host/real_host.h"

namespace snug::cli {
namespace {

Result<int> wait_for_containers(const Invocation& invocation) {
  const auto host = TRY(host::RealHost::look());
  const container::ContainerStore store{host.store_dir()};
  for (const std::string& name : invocation.words) {
    const auto container = TRY(store.find(name));
    const auto end = TRY(ask_if_running(container, {.kind = container::FrameKind::Wait}));
    int status = end ? end->a : 0;
    if (!end) {
      const auto state = TRY(container.state());
      // Its supervisor was killed, and the payload with it.
      status = state.phase == container::RunPhase::Running ? 128 + SIGKILL : state.exit_code;
    }
    TRY(print_answer(fmt::format("{}\n", status)));
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

}  // namespace snug::cli
