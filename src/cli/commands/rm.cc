// rm and prune.
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>

#include "base/text.h"
#include "cli/commands/commands.h"
#include "cli/commands/container_ask.h"
#include "cli/show/report.h"
#include "container/container_record.h"
#include "container/control.h"
#include "host/real_host.h"

namespace snug {
namespace {

Status remove_one(const ContainerStore& store, Container& container, bool force) {
  const std::string name = escape_control(container.name());
  if (force)
    if (const auto stopped = stop_container(container, SIGKILL, 0); !stopped)
      return tl::unexpected{stopped.error()};
  Status status = force ? lock_stopped(container) : container.lock();
  // With -f one that removes itself at its end may be gone by now: so it is wanted.
  if (!status && force && status.error().err == ENOENT)
    return {};
  if (!status && status.error().err == EBUSY)
    return fail({.step = fmt::format("container {} is running", name),
                 .hint = fmt::format("snug stop {0} first, or snug rm --force {0}", name)});
  if (!status)
    return status;
  // Either file has its id: one of them may be damaged.
  const auto record = container.record();
  const auto state = container.state();
  status = store.remove(std::move(container));
  remove_socket(record ? record->id : state ? state->id : "");
  return status;
}

Result<bool> confirmed(std::size_t count) {
  if (!isatty(STDIN_FILENO))
    return fail(
        {.step = "snug prune: there is no terminal to ask on", .hint = "snug prune --force does not ask"});
  const std::string question =
      fmt::format("Remove {} stopped container{}? [y/N] ", count, count == 1 ? "" : "s");
  if (write(STDERR_FILENO, question.data(), question.size()) < 0)
    return false;
  char answer[64];
  const ssize_t n = read(STDIN_FILENO, answer, sizeof answer);
  return n > 0 && (answer[0] == 'y' || answer[0] == 'Y');
}

}  // namespace

Result<int> rm_command(const Options& options) {
  const bool force = options.container.force.value_or(false);
  return for_each_container(options, [&](const ContainerStore& store, Container& container) {
    return remove_one(store, container, force);
  });
}

Result<int> prune_command(const Options& options) {
  const auto host = RealHost::look();
  if (!host)
    return tl::unexpected{host.error()};
  const ContainerStore store{host->store_dir()};
  store.sweep(ContainerStore::Sweep::Inside);
  const auto list = store.list();
  if (!list)
    return tl::unexpected{list.error()};
  Options stopped = options;
  stopped.words.clear();
  // What is damaged may hold what somebody wants to save: it goes by name only.
  for (const ListedContainer& one : *list)
    if (!one.running && one.damage.empty())
      stopped.words.push_back(one.name);
  if (stopped.words.empty())
    return 0;
  if (!options.container.force.value_or(false)) {
    const auto yes = confirmed(stopped.words.size());
    if (!yes)
      return tl::unexpected{yes.error()};
    if (!*yes)
      return 0;
  }
  return for_each_container(stopped, [&](const ContainerStore& from, Container& container) -> Status {
    Status status = remove_one(from, container, false);
    // Started, or removed by somebody else, in the meantime: then it is none of this command's business.
    const bool elsewhere = !status && (status.error().err == 0 || status.error().err == ENOENT);
    return elsewhere ? Status{} : status;
  });
}

}  // namespace snug
