// What a running container uses, by its cgroup or, where it has none, by its processes.
#pragma once

#include <cstdint>
#include <optional>

#include "base/result.h"
#include "container/record.h"

namespace snug::client {

struct Usage {
  bool by_group{};
  std::uint64_t cpu_us{};  // processor time since the start
  std::uint64_t memory{};  // bytes; of a group without the file cache that can go at once, as docker shows it
  std::optional<std::uint64_t> memory_limit{};  // of the group
  std::uint64_t pids{};                         // of a group with threads
  std::optional<std::uint64_t> pids_limit{};
  std::optional<std::uint64_t> read_bytes{};  // where the io controller is on
  std::optional<std::uint64_t> written_bytes{};
  bool operator==(const Usage&) const = default;
};

// From the files of the group that `dir` has open. What a controller that is off would tell is 0 or nothing.
Usage group_usage(int dir);

// Of a container that runs without a group. Memory that processes share is counted for each.
Result<Usage> process_usage(const container::RunState& state);

// The sum of a key ("rbytes") over the devices of a text of io.stat; for the tests.
std::uint64_t io_sum(std::string_view io_stat, std::string_view key);

}  // namespace snug::client
