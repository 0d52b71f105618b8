// What the parts of a gate's process share.
#pragma once

#include <set>

#include "gate/lookup.h"
#include "gate/name_table.h"
#include "gate/reporter.h"
#include "network/epoll_loop.h"
#include "network/pipe_pool.h"
#include "spec/host_rule.h"

namespace snug::gate {

class GateConnection;

struct GateState {
  network::EpollLoop& poller;
  spec::HostRules rules;
  Reporter reporter;
  NameTable names{};
  network::PipePool pipes{};
  std::set<GateConnection*> open{};  // for what is told of them at the end
  Lookup lookup{poller};
};

}  // namespace snug::gate
