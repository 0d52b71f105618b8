#include <fmt/format.h>

#include <cerrno>

#include "base/text.h"
#include "base/try.h"
#include "cli/commands/container_ask.h"
#include "cli/commands/run_kept.h"
#include "cli/commands/shared_options.h"
#include "cli/show/report.h"

namespace snug::cli {
namespace {

struct StartOptions : OptionValues {
  std::optional<bool> attach{};
  std::optional<bool> interactive{};
  std::optional<std::string> detach_keys{};
};

constexpr OptionDef kStartOptions[] = {
    {"attach", 'a', "", "show the output here, and exit with the container's status", kOptionsGroup,
     Complete::Nothing, &StartOptions::attach},
    {"interactive", 'i', "", "pass standard input on; with --attach a whole terminal", kOptionsGroup,
     Complete::Nothing, &StartOptions::interactive},
    detach_keys_option(&StartOptions::detach_keys),
};

constexpr Elsewhere kStartElsewhere[] = {
    {"--detach", "nothing to do: without --attach it is in the background"},
    {"-d", "nothing to do: without --attach it is in the background"},
};

Result<int> start_one(const Invocation& invocation, host::RealHost& host,
                      const container::ContainerStore& store, container::Container container,
                      const StartManner& manner) {
  const std::string name = escape_control(container.name());
  if (Status status = container.lock(); !status) {
    Error error = std::move(status).error();
    if (error.err == EBUSY)
      error = {.step = fmt::format("container {} is running already", name),
               .hint = fmt::format(
                   "snug attach {0} or snug exec {0} joins it, snug restart {0} starts it anew", name)};
    return fail(std::move(error));
  }
  store.sweep();
  return start_again(invocation, host, std::move(container), manner);
}

Result<int> start_containers(const Invocation& invocation) {
  const auto& typed = invocation.options<StartOptions>();
  const auto keys = TRY(detach_keys(typed.detach_keys));
  const StartManner manner{.attached = typed.attach.value_or(typed.interactive.value_or(false)),
                           .input = typed.interactive.value_or(false),
                           .detach_keys = keys};
  if (manner.attached && invocation.words.size() > 1)
    return fail({.step = "snug start --attach: one terminal takes one container",
                 .hint = "name one, or leave --attach out"});
  auto host = TRY(host::RealHost::look());
  if (manner.attached) {
    const container::ContainerStore store{host.store_dir()};
    auto container = TRY(store.find(invocation.words[0]));
    return start_one(invocation, host, store, std::move(container), manner);
  }
  return for_each_container(
      invocation, [&](const container::ContainerStore& store, container::Container& container) -> Status {
        return start_one(invocation, host, store, std::move(container), manner).map([](int) {});
      });
}

}  // namespace

extern constexpr CommandDef kStartCommand{
    .name = "start",
    .group = kContainersGroup,
    .arity = kSomeContainers,
    .positional = Complete::ContainerName,
    .options = kOptionsOf<StartOptions>,
    .own = kStartOptions,
    .elsewhere = kStartElsewhere,
    .run = start_containers,
};

}  // namespace snug::cli
