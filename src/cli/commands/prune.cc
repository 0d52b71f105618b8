#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

#include "base/try.h"
#include "cli/commands/container_ask.h"
#include "cli/commands/shared_options.h"
#include "host/real_host.h"

namespace snug::cli {
namespace {

struct PruneOptions : OptionValues {
  std::optional<bool> force{};
};

constexpr OptionDef kPruneOptions[] = {
    {"force", 'f', "", "do not ask", kOptionsGroup, Complete::Nothing, &PruneOptions::force},
};

constexpr Elsewhere kPruneElsewhere[] = {
    {"--all", "nothing to do: every container that does not run is removed"},
    {"-a", "nothing to do: every container that does not run is removed"},
};

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

Result<int> prune_containers(const Invocation& invocation) {
  const auto host = TRY(host::RealHost::look());
  const container::ContainerStore store{host.store_dir()};
  store.sweep(container::ContainerStore::Sweep::Inside);
  const auto list = TRY(store.list());
  std::vector<std::string> stopped;
  // A damaged container may hold something worth saving: only snug rm NAME removes it.
  for (const container::ListedContainer& one : list)
    if (!one.running && one.damage.empty())
      stopped.push_back(one.name);
  if (stopped.empty())
    return 0;
  if (!invocation.options<PruneOptions>().force.value_or(false)) {
    const auto yes = TRY(confirmed(stopped.size()));
    if (!yes)
      return 0;
  }
  return for_each_container(
      stopped, invocation.common,
      [&](const container::ContainerStore& from, container::Container& container) -> Status {
        Status status = remove_container(from, container, false);
        // Somebody else has started or removed it in the meantime.
        const bool elsewhere = !status && (status.error().err == 0 || status.error().err == ENOENT);
        return elsewhere ? Status{} : status;
      });
}

}  // namespace

extern constexpr CommandDef kPruneCommand{
    .name = "prune",
    .group = kContainersGroup,
    .options = kOptionsOf<PruneOptions>,
    .own = kPruneOptions,
    .elsewhere = kPruneElsewhere,
    .run = prune_containers,
};

}  // namespace snug::cli
