// What init has handed out of a running container (child/serve.h), asked of its supervisor.
#pragma once

#include "base/result.h"
#include "base/unique_fd.h"
#include "container/store.h"

namespace snug::container {

struct RunningTree {
  UniqueFd root{};  // O_PATH
  UniqueFd user_namespace{};
  UniqueFd network_namespace{};
};

// Fails as connect_to() does, and with ESRCH where nothing runs in it at this moment.
Result<RunningTree> running_tree(const Container& container);

}  // namespace snug::container
