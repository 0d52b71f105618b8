// The resolver of a sandbox behind a gate. It asks nobody: a name that the rules open has an address that
// stands for it, every other has none, and nothing of a question leaves the machine.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "gate/dns_message.h"
#include "gate/gate_state.h"

namespace snug::gate {

// The answer to one message, or nothing where it is not to be answered at all (a response; too short to say
// whose question it is).
std::optional<std::vector<std::uint8_t>> answer_query(std::span<const std::uint8_t> message, bool ipv6,
                                                      GateState& gate);

class DatagramNames : public network::PollHandler {
 public:
  DatagramNames(UniqueFd socket, bool ipv6, GateState& gate)
      : socket_{std::move(socket)}, ipv6_{ipv6}, gate_{gate} {}
  int start() { return gate_.poller.add(socket_.get(), EPOLLIN, *this); }
  void on_events(std::uint32_t events) override;

 private:
  UniqueFd socket_;
  bool ipv6_;
  GateState& gate_;
};

// Questions over TCP, each with its length in front (RFC 7766).
class StreamNames : public network::PollHandler {
 public:
  StreamNames(UniqueFd socket, bool ipv6, GateState& gate)
      : socket_{std::move(socket)}, ipv6_{ipv6}, gate_{gate} {}
  int start() { return gate_.poller.add(socket_.get(), EPOLLIN, *this); }
  void on_events(std::uint32_t events) override;

 private:
  UniqueFd socket_;
  bool ipv6_;
  GateState& gate_;
};

}  // namespace snug::gate
