// A child in namespaces that are there already: init in those of a container that runs, and the server of a
// sandbox's file system.
//
// A network namespace belongs to the user namespace that it was made in, and only who has CAP_SYS_ADMIN there
// may enter it: user_namespaces(7), setns(2). A user namespace beside that one never has it, and one below it
// would need a right to nest that a sandbox has given up for good (user.max_user_namespaces). So both are
// shared, as docker does with user namespaces remapped, and all else is init's own.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>

#include "base/result.h"
#include "base/unique_fd.h"

namespace snug::launch {

struct JoinedNamespaces {
  UniqueFd user{};
  UniqueFd network{};  // or none: this process's own, unless the flags say otherwise
};

// Those of the running container `name`, which must be the one with this id.
using FindNamespaces =
    std::function<Result<JoinedNamespaces>(const std::string& name, const std::string& id)>;

// Clones a child of this process with these further namespaces, in the cgroup `group` (-1 for this process's
// own); it calls `run`, which does not return. This process stays where it is: a helper enters, and clones
// with CLONE_PARENT. Answers the pid; fails with the errno of what failed.
struct JoinedChild {
  pid_t pid{};
  UniqueFd pidfd{};
};
Result<JoinedChild> clone_joined(const JoinedNamespaces& namespaces, std::uint64_t flags, int group,
                                 const std::function<void()>& run);

}  // namespace snug::launch
