// One connection through a published port: the peer's socket outside, the service's inside.
#pragma once

#include <memory>

#include "network/flow.h"
#include "network/inside.h"
#include "network/pipe_pool.h"
#include "network/poller.h"

namespace snug {

class TcpConnection : public PollHandler {
 public:
  TcpConnection(UniqueFd outer, const SocketAddress& peer, std::uint16_t port, const Inside& inside,
                PipePool& pipes, Poller& poller)
      : outer_{std::move(outer)}, inside_{inside}, pipes_{pipes}, poller_{poller}, peer_{peer}, port_{port} {}

  // From here on it is its own owner: it goes when both sides have ended, or one has failed.
  static void begin(std::unique_ptr<TcpConnection> connection);

  // Woken: both ways.
  void on_events(std::uint32_t events) override;

 private:
  // One of the two sockets, which tells that an event is its own: each read that finds nothing costs a byte's
  // round trip a system call.
  struct End : PollHandler {
    End(TcpConnection& of, bool outer) : connection{of}, is_outer{outer} {}
    void on_events(std::uint32_t events) override { connection.on_end(is_outer, events); }
    TcpConnection& connection;
    bool is_outer;
  };

  void on_end(bool outer, std::uint32_t events);
  // Either way by what was told of its reader, or where the writer has room again.
  struct Way {
    bool moves{true};
    std::uint32_t told{};
  };
  void move(Way inward, Way outward);
  bool connect_inside(Inside::Attempt attempt);
  bool finish_connecting();
  // Whoever is still there is told by a reset that it was no orderly end.
  void abort();
  void end();

  UniqueFd outer_;
  UniqueFd inner_;
  const Inside& inside_;
  PipePool& pipes_;
  Poller& poller_;
  SocketAddress peer_;
  std::uint16_t port_;
  Inside::Attempt attempt_{Inside::Attempt::First};
  bool connected_{};
  Flow in_;   // from outer_ to inner_
  Flow out_;  // from inner_ to outer_
  End outer_end_{*this, true};
  End inner_end_{*this, false};
};

}  // namespace snug
