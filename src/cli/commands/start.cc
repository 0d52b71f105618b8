// start, restart and attach.
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

#include "base/text.h"
#include "cli/commands/commands.h"
#include "cli/commands/container_ask.h"
#include "cli/commands/run_kept.h"
#include "cli/input/keep_rules.h"
#include "cli/show/report.h"

namespace snug {
namespace {

Result<int> start_one(const Options& options, RealHost& host, const ContainerStore& store,
                      Container container, const StartManner& manner) {
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
  return start_again(options, host, std::move(container), manner);
}

}  // namespace

Result<int> start_command(const Options& options) {
  const ContainerOptions& typed = options.container;
  const auto keys = detach_keys(typed.detach_keys);
  if (!keys)
    return tl::unexpected{keys.error()};
  const StartManner manner{.attached = typed.attach.value_or(typed.interactive.value_or(false)),
                           .input = typed.interactive.value_or(false),
                           .sig_proxy = typed.sig_proxy.value_or(true),
                           .detach_keys = *keys};
  if (manner.attached && options.words.size() > 1)
    return fail({.step = "snug start --attach: one terminal takes one container",
                 .hint = "name one, or leave --attach out"});
  auto host = RealHost::look();
  if (!host)
    return tl::unexpected{host.error()};
  if (manner.attached) {
    const ContainerStore store{host->store_dir()};
    auto container = store.find(options.words[0]);
    if (!container)
      return tl::unexpected{container.error()};
    return start_one(options, *host, store, std::move(*container), manner);
  }
  return for_each_container(options, [&](const ContainerStore& store, Container& container) -> Status {
    return start_one(options, *host, store, std::move(container), manner).map([](int) {});
  });
}

Result<int> restart_command(const Options& options) {
  auto host = RealHost::look();
  if (!host)
    return tl::unexpected{host.error()};
  std::int32_t grace = -1;
  if (options.container.time) {
    const auto ms = parse_seconds(*options.container.time, "--time");
    if (!ms)
      return tl::unexpected{ms.error()};
    grace = static_cast<std::int32_t>(std::min<std::uint64_t>(*ms, INT32_MAX));
  }
  return for_each_container(options, [&](const ContainerStore&, Container& container) -> Status {
    const auto stopped = stop_container(container, 0, grace);
    if (!stopped)
      return tl::unexpected{stopped.error()};
    if (Status status = lock_stopped(container); !status)
      return status;
    return start_again(options, *host, std::move(container), {}).map([](int) {});
  });
}

Result<int> attach_command(const Options& options) {
  const ContainerOptions& typed = options.container;
  const auto keys = detach_keys(typed.detach_keys);
  if (!keys)
    return tl::unexpected{keys.error()};
  const auto container = named_container(options);
  if (!container)
    return tl::unexpected{container.error()};
  return attach_container(options, *container,
                          {.attached = true,
                           .input = !typed.no_stdin.value_or(false),
                           .sig_proxy = typed.sig_proxy.value_or(true),
                           .detach_keys = *keys});
}

}  // namespace snug
