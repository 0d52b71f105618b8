// Tells of what programs inside try to reach and nobody listens for: other ports, datagrams, echo requests.
#pragma once

#include <set>

#include "gate/gate_state.h"

namespace snug::gate {

class Watcher : public network::PollHandler {
 public:
  // `ports` have listeners, which tell themselves.
  Watcher(UniqueFd socket, const std::set<std::uint16_t>& ports, GateState& gate)
      : socket_{std::move(socket)}, ports_{ports}, gate_{gate} {}
  int start() { return gate_.poller.add(socket_.get(), EPOLLIN, *this); }
  void on_events(std::uint32_t events) override;

 private:
  UniqueFd socket_;
  const std::set<std::uint16_t>& ports_;
  GateState& gate_;
};

}  // namespace snug::gate
