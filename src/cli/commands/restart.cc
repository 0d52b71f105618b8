#include "base/try.h"
#include "cli/commands/container_ask.h"
#include "cli/commands/run_kept.h"
#include "cli/commands/shared_options.h"

namespace snug::cli {
namespace {

struct RestartOptions : OptionValues {
  std::optional<std::string> time{};  // seconds
};

constexpr OptionDef kRestartOptions[] = {stop_time_option(&RestartOptions::time)};

constexpr Elsewhere kRestartElsewhere[] = {
    {"--timeout", "it is called --time, in seconds"},
};

Result<int> restart_containers(const Invocation& invocation) {
  auto host = TRY(host::RealHost::look());
  const auto grace = TRY(parse_stop_time(invocation.options<RestartOptions>().time));
  return for_each_container(invocation,
                            [&](const container::ContainerStore&, container::Container& container) -> Status {
                              TRY(stop_container(container, 0, grace));
                              TRY(lock_stopped(container));
                              return start_again(invocation, host, std::move(container), {}).map([](int) {});
                            });
}

}  // namespace

extern constexpr CommandDef kRestartCommand{
    .name = "restart",
    .group = kContainersGroup,
    .arity = kSomeContainers,
    .positional = Complete::ContainerName,
    .options = kOptionsOf<RestartOptions>,
    .own = kRestartOptions,
    .elsewhere = kRestartElsewhere,
    .run = restart_containers,
};

}  // namespace snug::cli
