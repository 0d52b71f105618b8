// What a connection that goes through this process has: a socket inside the sandbox, one outside, and a flow
// each way between them.
#pragma once

#include "network/flow.h"

namespace snug::network {

enum class Side { Inner, Outer };

// One turn, each way. Without more both move, and of neither reader is anything known to have been told.
struct Ways {
  Way inward{};
  Way outward{};
};

struct TwoWay {
  Flow in{};   // from the socket outside to the one inside
  Flow out{};  // the other way

  // What an event of one socket is a reason for: it may have more to be read, or room again for what the flow
  // towards it holds.
  Ways turn_for(Side side, std::uint32_t events) const {
    if (side == Side::Outer)
      return {.inward = {.told = events}, .outward = {.moves = out.holds()}};
    return {.inward = {.moves = in.holds()}, .outward = {.told = events}};
  }
};

// One of the two sockets of a Connection, for the poller: tells that an event is its own, by
// Connection::on_end(Side, events), since each read that finds nothing costs a byte's round trip a system
// call.
template<typename Connection>
class ConnectionEnd : public PollHandler {
 public:
  ConnectionEnd(Connection& of, Side side) : connection_{of}, side_{side} {}
  void on_events(std::uint32_t events) override { connection_.on_end(side_, events); }

 private:
  Connection& connection_;
  Side side_;
};

}  // namespace snug::network
