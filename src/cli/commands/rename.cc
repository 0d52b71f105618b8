#include "cli/commands/commands.h"
#include "container/names.h"
#include "container/store.h"
#include "host/real_host.h"

namespace snug {

Result<int> rename_command(const Options& options) {
  const std::string& from = options.words[0];
  const std::string& to = options.words[1];
  // Both before the disk is looked at: a name with a slash in it must never become a path.
  for (const std::string& name : {from, to})
    if (const Status good = check_container_name(name, "snug rename"); !good)
      return tl::unexpected{good.error()};
  const auto host = RealHost::look();
  if (!host)
    return tl::unexpected{host.error()};
  return ContainerStore{host->store_dir()}.rename(from, to).map([] { return 0; });
}

}  // namespace snug
