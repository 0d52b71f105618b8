#include <fmt/format.h>

#include "cli/commands/container_ask.h"
#include "cli/commands/shared_options.h"
#include "cli/input/keep_rules.h"

namespace snug::cli {
namespace {

struct StopOptions : OptionValues {
  std::optional<std::string> time{};  // seconds
  std::optional<std::string> signal{};
};

constexpr OptionDef kStopOptions[] = {
    stop_time_option(&StopOptions::time),
    {"signal", 's', "SIGNAL", "signal to send first, by name or number: INT, SIGUSR1, 10", kOptionsGroup,
     Complete::Nothing, &StopOptions::signal},
};

constexpr Elsewhere kStopElsewhere[] = {
    {"--timeout", "it is called --time, in seconds"},
    {"--all", "name them: snug stop $(snug ps -q)"},
    {"-a", "name them: snug stop $(snug ps -q)"},
};

Result<int> stop_containers(const Invocation& invocation) {
  const auto& options = invocation.options<StopOptions>();
  const auto grace = parse_stop_time(options.time);
  const auto signal = options.signal ? parse_signal(*options.signal, "--signal") : Result<int>{0};
  if (!grace || !signal)
    return tl::unexpected{grace ? signal.error() : grace.error()};
  return for_each_container(invocation,
                            [&](const container::ContainerStore&, container::Container& container) -> Status {
                              return stop_container(container, *signal, *grace).map([](bool) {});
                            });
}

}  // namespace

extern constexpr CommandDef kStopCommand{
    .name = "stop",
    .group = kContainersGroup,
    .arity = kSomeContainers,
    .positional = Complete::ContainerName,
    .options = kOptionsOf<StopOptions>,
    .own = kStopOptions,
    .elsewhere = kStopElsewhere,
    .run = stop_containers,
};

}  // namespace snug::cli
