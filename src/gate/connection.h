// One connection through the gate: from a program inside to the host that it asked for.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gate/gate_state.h"
#include "gate/opening.h"
#include "network/two_way.h"

namespace snug::gate {

class GateConnection : public network::PollHandler {
 public:
  // `host` is the name that the address stands for, or the address's text where `address` is a real one.
  struct Target {
    std::string host{};
    std::uint16_t port{};
    std::optional<IpAddress> address{};
  };
  GateConnection(UniqueFd inner, Target target, const spec::HostRule& rule, GateState& gate);

  // From here on it is its own owner: it goes when both sides have ended, or one has failed.
  static void begin(std::unique_ptr<GateConnection> connection);

  // Woken, or of either socket: both ways.
  void on_events(std::uint32_t events) override;
  // Of one of its sockets.
  void on_end(network::Side side, std::uint32_t events);
  // The gate is being closed: what it came to is told.
  void close_now() { end(GateEvent::Decision::Allowed, ""); }

 private:
  enum class Phase { Opening, Resolving, Connecting, Relaying };

  void read_opening();
  void resolve();
  void resolved(const Lookup::Answer& answer);
  void connect_next();
  void finish_connecting();
  void relay(std::uint32_t events, network::Ways ways);
  bool send_opening();
  bool guard_http(std::uint32_t events);
  void note_answer(std::uint32_t events);
  void refuse(std::string reason);   // what came is not allowed
  void give_up(std::string reason);  // outside something has failed
  void end(GateEvent::Decision decision, std::string reason);

  UniqueFd inner_;
  UniqueFd outer_{};
  Target target_;
  spec::HostRule rule_;  // a copy: rules may grow meanwhile
  GateState& gate_;
  Opening opening_;
  Phase phase_{Phase::Opening};
  bool inner_ended_{};  // while its bytes went through the opening
  bool told_end_{};
  std::vector<IpAddress> addresses_{};
  std::string last_error_{};
  std::uint64_t sent_{};  // beside the flow's
  network::TwoWay flows_{};
  network::ConnectionEnd<GateConnection> inner_end_{*this, network::Side::Inner};
  network::ConnectionEnd<GateConnection> outer_end_{*this, network::Side::Outer};
  // A lookup that is under way outlives the connection, and finds out by this that it has gone.
  std::shared_ptr<GateConnection*> alive_{std::make_shared<GateConnection*>(this)};
};

}  // namespace snug::gate
