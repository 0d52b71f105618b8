// A command in a container that runs: what it is given, and its plan.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "container/store.h"
#include "host/real_host.h"
#include "spec/values.h"

namespace snug::session {

struct ExecOptions {
  std::vector<std::string> command{};                   // empty with `shell`
  bool shell{};                                         // the user's own shell instead of a command
  std::vector<spec::EnvVariable> env{};                 // beside the payload's, which these replace
  std::optional<spec::Setting<std::string>> workdir{};  // the payload's where absent
  std::optional<spec::Setting<spec::RunAs>> user{};     // the payload's where absent
  bool terminal{};    // for all three descriptors; else for each that is one here
  bool background{};  // returns once it was executed
};

// Returns the command's exit status. Fails where the container does not run, or the command could not be
// executed.
Result<int> exec_in(const host::RealHost& host, const container::Container& container,
                    const ExecOptions& options);

}  // namespace snug::session
