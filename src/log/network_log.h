// What the egress gate of a container has let through and refused: a log of its own, in a directory of its
// own, whose entries are lines of JSON (gate/gate_event.h).
#pragma once

#include "base/result.h"
#include "base/unique_fd.h"
#include "gate/gate_event.h"
#include "log/log.h"

namespace snug::log {

constexpr const char* kNetworkLogDirectory = "network";

class NetworkLog {
 public:
  // In a container's directory, bounded as its log is.
  static Result<NetworkLog> open(int container_dir, std::uint64_t most_bytes, std::uint64_t most_files);
  void append(const gate::GateEvent& event);

 private:
  NetworkLog(UniqueFd dir, LogWriter writer) : dir_{std::move(dir)}, writer_{std::move(writer)} {}

  UniqueFd dir_;
  LogWriter writer_;
};

// The directory to read it in; empty where nothing was written yet.
UniqueFd open_network_log(int container_dir);

}  // namespace snug::log
