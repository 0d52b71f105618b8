// stop, kill and wait.
#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <cerrno>

#include "cli/commands/commands.h"
#include "cli/commands/container_ask.h"
#include "cli/input/keep_rules.h"
#include "cli/show/report.h"
#include "host/real_host.h"

namespace snug {
namespace {

// The milliseconds of --time, or -1 for the container's own.
Result<std::int32_t> grace_of(const ContainerOptions& options) {
  if (!options.time)
    return -1;
  return parse_seconds(*options.time, "--time").map([](std::uint64_t ms) {
    return static_cast<std::int32_t>(std::min<std::uint64_t>(ms, INT32_MAX));
  });
}

Result<int> signal_of(const ContainerOptions& options, int otherwise) {
  return options.signal ? parse_signal(*options.signal, "--signal") : Result<int>{otherwise};
}

}  // namespace

Result<int> stop_command(const Options& options) {
  const auto grace = grace_of(options.container);
  const auto signal = signal_of(options.container, 0);
  if (!grace || !signal)
    return tl::unexpected{grace ? signal.error() : grace.error()};
  return for_each_container(options, [&](const ContainerStore&, Container& container) -> Status {
    return stop_container(container, *signal, *grace).map([](bool) {});
  });
}

Result<int> kill_command(const Options& options) {
  const auto signal = signal_of(options.container, SIGKILL);
  if (!signal)
    return tl::unexpected{signal.error()};
  return for_each_container(options, [&](const ContainerStore&, Container& container) -> Status {
    return ask(container, {.kind = FrameKind::Kill, .a = *signal}).map([](const Frame&) {});
  });
}

Result<int> wait_command(const Options& options) {
  const auto host = RealHost::look();
  if (!host)
    return tl::unexpected{host.error()};
  const ContainerStore store{host->store_dir()};
  for (const std::string& name : options.words) {
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

}  // namespace snug
