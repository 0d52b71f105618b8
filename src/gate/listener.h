// What listens for one port in the gate's network, whatever the address.
#pragma once

#include "gate/gate_state.h"

namespace snug::gate {

class GateListener : public network::PollHandler {
 public:
  // The gate must outlive it.
  GateListener(UniqueFd socket, std::uint16_t port, GateState& gate)
      : socket_{std::move(socket)}, port_{port}, gate_{gate} {}

  // An errno, or 0.
  int start() { return gate_.poller.add(socket_.get(), EPOLLIN, *this); }
  void on_events(std::uint32_t events) override;
  std::uint16_t port() const { return port_; }

 private:
  void accept_one(UniqueFd connection);

  UniqueFd socket_;
  std::uint16_t port_;
  GateState& gate_;
  bool paused_{};
};

}  // namespace snug::gate
