#include "base/try.h"
#include "cli/commands/shared_options.h"
#include "container/names.h"
#include "container/store.h"
#include "host/real_host.h"

namespace snug::cli {
namespace {

Result<int> rename_container(const Invocation& invocation) {
  const std::string& from = invocation.words[0];
  const std::string& to = invocation.words[1];
  // Both are checked before the disk is looked at: a name with a slash in it must never become a path.
  for (const std::string& name : {from, to}) TRY(container::check_container_name(name, "snug rename"));
  const auto host = TRY(host::RealHost::look());
  return container::ContainerStore{host.store_dir()}.rename(from, to).map([] { return 0; });
}

}  // namespace

extern constexpr CommandDef kRenameCommand{
    .name = "rename",
    .group = kContainersGroup,
    .arity = {2, 2, "name a container and its new name"},
    .positional = Complete::ContainerName,
    .run = rename_container,
};

}  // namespace snug::cli
