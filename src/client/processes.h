// The processes of a running container, as the host sees them.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "container/record.h"

namespace snug::client {

struct ContainerProcess {
  std::uint32_t uid{};      // inside; 65534 where it has no name there
  std::int64_t pid{};       // inside; 0 where the host does not tell
  std::int64_t host_pid{};  // as /proc here has it
  std::int64_t ppid{};      // inside; 0 for a parent that is not in the container
  std::uint64_t time_ms{};  // of the processor
  std::string name{};       // comm of proc(5): what a process without arguments is called
  std::vector<std::string> command{};
  bool operator==(const ContainerProcess&) const = default;
};

// init and all below it, and whatever has joined its pid namespace (exec), by host pid. `state` is of a
// container that runs. Its pid is only believed where everything speaks for it: this boot, the very start
// time, and a process that is 1 in a pid namespace of its own. Otherwise this fails, and shows nobody's
// processes.
Result<std::vector<ContainerProcess>> container_processes(const container::RunState& state);

}  // namespace snug::client
