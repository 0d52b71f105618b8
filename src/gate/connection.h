// One connection through the gate: from a program inside to the host that it asked for.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gate/gate_state.h"
#include "gate/opening.h"
#include "network/flow.h"

namespace snug {

class GateConnection : public PollHandler {
 public:
  // `host` is the name that the address stands for, or the address's text where `address` is a real one.
  struct Target {
    std::string host{};
    std::uint16_t port{};
    std::optional<IpAddress> address{};
  };
  GateConnection(UniqueFd inner, Target target, const HostRule& rule, GateState& gate);

  // From here on it is its own owner: it goes when both sides have ended, or one has failed.
  static void begin(std::unique_ptr<GateConnection> connection);

  // Woken, or of either socket: both ways.
  void on_events(std::uint32_t events) override;
  // The gate is being closed: what it came to is told.
  void close_now() { end(GateEvent::Decision::Allowed, ""); }

 private:
  enum class Phase { Opening, Resolving, Connecting, Relaying };
  // One of the two sockets, as in network/tcp_connection.h.
  struct End : PollHandler {
    End(GateConnection& of, bool inner) : connection{of}, is_inner{inner} {}
    void on_events(std::uint32_t events) override { connection.on_end(is_inner, events); }
    GateConnection& connection;
    bool is_inner;
  };
  struct Way {
    bool moves{true};
    std::uint32_t told{};  // of its reader, for network/flow.h
  };

  void on_end(bool inner, std::uint32_t events);
  void read_opening();
  void resolve();
  void resolved(const Lookup::Answer& answer);
  void connect_next();
  void finish_connecting();
  void relay(std::uint32_t events, Way outward, Way inward);
  bool send_opening();
  bool guard_http(std::uint32_t events);
  void note_answer(std::uint32_t events);
  void refuse(std::string reason);   // what came is not allowed
  void give_up(std::string reason);  // outside something has failed
  void end(GateEvent::Decision decision, std::string reason);

  UniqueFd inner_;
  UniqueFd outer_{};
  Target target_;
  HostRule rule_;  // a copy: rules may grow meanwhile
  GateState& gate_;
  Opening opening_;
  Phase phase_{Phase::Opening};
  bool inner_ended_{};  // while its bytes went through the opening
  bool told_end_{};
  std::vector<IpAddress> addresses_{};
  std::string last_error_{};
  std::uint64_t sent_{};  // beside the flow's
  Flow out_{};            // to the host
  Flow in_{};             // from it
  End inner_end_{*this, true};
  End outer_end_{*this, false};
  // A lookup that is under way outlives the connection, and finds out by this that it has gone.
  std::shared_ptr<GateConnection*> alive_{std::make_shared<GateConnection*>(this)};
};

}  // namespace snug
