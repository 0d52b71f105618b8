// One connection through a published port: the peer's socket outside, the service's inside.
#pragma once

#include <memory>

#include "network/epoll_loop.h"
#include "network/inside.h"
#include "network/pipe_pool.h"
#include "network/two_way.h"

namespace snug::network {

class TcpConnection : public PollHandler {
 public:
  TcpConnection(UniqueFd outer, const SocketAddress& peer, std::uint16_t port, const Inside& inside,
                PipePool& pipes, EpollLoop& poller)
      : outer_{std::move(outer)}, inside_{inside}, pipes_{pipes}, poller_{poller}, peer_{peer}, port_{port} {}

  // From here on it is its own owner: it goes when both sides have ended, or one has failed.
  static void begin(std::unique_ptr<TcpConnection> connection);

  // Woken: both ways.
  void on_events(std::uint32_t events) override;
  // Of one of its sockets.
  void on_end(Side side, std::uint32_t events);

 private:
  void move(Ways ways);
  bool connect_inside(Inside::Attempt attempt);
  bool finish_connecting();
  // Whoever is still there is told by a reset that it was no orderly end.
  void abort();
  void end();

  UniqueFd outer_;
  UniqueFd inner_;
  const Inside& inside_;
  PipePool& pipes_;
  EpollLoop& poller_;
  SocketAddress peer_;
  std::uint16_t port_;
  Inside::Attempt attempt_{Inside::Attempt::First};
  bool connected_{};
  TwoWay flows_;
  ConnectionEnd<TcpConnection> outer_end_{*this, Side::Outer};
  ConnectionEnd<TcpConnection> inner_end_{*this, Side::Inner};
};

}  // namespace snug::network
