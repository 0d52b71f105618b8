#include "cli/commands/container_ask.h"
#include "cli/commands/shared_options.h"

namespace snug::cli {
namespace {

struct RmOptions : OptionValues {
  std::optional<bool> force{};
};

constexpr OptionDef kRmOptions[] = {
    {"force", 'f', "", "end those that run, by force and at once", kOptionsGroup, Complete::Nothing,
     &RmOptions::force},
};

constexpr Elsewhere kRmElsewhere[] = {
    {"--volumes", "nothing to do: a container has no volumes of its own"},
    {"-v", "nothing to do: a container has no volumes of its own"},
    {"--all", "snug prune removes every container that does not run"},
    {"-a", "snug prune removes every container that does not run"},
};

Result<int> remove_containers(const Invocation& invocation) {
  const bool force = invocation.options<RmOptions>().force.value_or(false);
  return for_each_container(invocation,
                            [&](const container::ContainerStore& store, container::Container& container) {
                              return remove_container(store, container, force);
                            });
}

}  // namespace

extern constexpr CommandDef kRmCommand{
    .name = "rm",
    .group = kContainersGroup,
    .arity = kSomeContainers,
    .positional = Complete::ContainerName,
    .options = kOptionsOf<RmOptions>,
    .own = kRmOptions,
    .elsewhere = kRmElsewhere,
    .run = remove_containers,
};

}  // namespace snug::cli
