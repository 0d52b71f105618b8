// Published TCP ports: what is accepted outside is connected inside, and bytes go both ways by splice(2),
// without a copy through this process.
#pragma once

#include "network/epoll_loop.h"
#include "network/inside.h"
#include "network/listener.h"
#include "network/pipe_pool.h"

namespace snug::network {

class TcpListener : public PollHandler {
 public:
  // All three must outlive it.
  TcpListener(Listener listener, const Inside& inside, PipePool& pipes, EpollLoop& poller)
      : listener_{std::move(listener)}, inside_{inside}, pipes_{pipes}, poller_{poller} {}

  // An errno, or 0.
  int start() { return poller_.add(listener_.socket.get(), EPOLLIN, *this); }
  void on_events(std::uint32_t events) override;

 private:
  void accept_one(UniqueFd socket, const SocketAddress& peer);

  Listener listener_;
  const Inside& inside_;
  PipePool& pipes_;
  EpollLoop& poller_;
  bool paused_{};
};

}  // namespace snug::network
