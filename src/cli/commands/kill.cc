#include <signal.h>

#include "base/try.h"
#include "cli/commands/container_ask.h"
#include "cli/commands/shared_options.h"
#include "cli/input/keep_rules.h"

namespace snug::cli {
namespace {

struct KillOptions : OptionValues {
  std::optional<std::string> signal{};
};

constexpr OptionDef kKillOptions[] = {
    {"signal", 's', "SIGNAL", "signal to send, by name or number; KILL unless said", kOptionsGroup,
     Complete::Nothing, &KillOptions::signal},
};

Result<int> kill_containers(const Invocation& invocation) {
  const auto& options = invocation.options<KillOptions>();
  const auto signal = TRY(options.signal ? parse_signal(*options.signal, "--signal") : Result<int>{SIGKILL});
  return for_each_container(invocation,
                            [&](const container::ContainerStore&, container::Container& container) -> Status {
                              return ask(container, {.kind = container::FrameKind::Kill, .a = signal})
                                  .map([](const container::Frame&) {});
                            });
}

}  // namespace

extern constexpr CommandDef kKillCommand{
    .name = "kill",
    .group = kContainersGroup,
    .arity = kSomeContainers,
    .positional = Complete::ContainerName,
    .options = kOptionsOf<KillOptions>,
    .own = kKillOptions,
    .run = kill_containers,
};

}  // namespace snug::cli
