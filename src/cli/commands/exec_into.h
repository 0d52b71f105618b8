// A command in a running container: exec, and `shell --name` of one that runs.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "cli/grammar/options.h"
#include "container/store.h"
#include "host/real_host.h"

namespace snug::cli {

struct ExecFlags {
  RunOptions options{};  // env, env_files, workdir and user of them
  std::vector<std::string> command{};
  bool shell{};  // the user's own instead of a command
  bool terminal{};
  bool background{};
};

// The command's exit status.
Result<int> exec_into(const host::RealHost& host, const container::Container& container,
                      const ExecFlags& typed);

}  // namespace snug::cli
