// Published UDP ports: each peer has a socket of its own inside, so that answers find their way back, until
// both have been silent for a while.
#pragma once

#include <sys/uio.h>

#include <array>
#include <list>
#include <memory>
#include <unordered_map>

#include "network/epoll_loop.h"
#include "network/inside.h"
#include "network/listener.h"

namespace snug::network {

class UdpSession;

class UdpListener : public PollHandler {
 public:
  // `inside` and `poller` must outlive it.
  UdpListener(Listener listener, const Inside& inside, EpollLoop& poller);
  ~UdpListener() override;

  // An errno, or 0.
  int start();
  void on_events(std::uint32_t events) override;

 private:
  friend class UdpSession;
  // The address of this machine that the peer has spoken to, as a control message for the answer.
  struct Destination {
    alignas(cmsghdr) std::array<char, 64> bytes{};
    std::size_t size{};
  };
  struct Hash {
    std::size_t operator()(const SocketAddress& address) const { return address.hash(); }
  };
  bool receive_one();
  UdpSession* session_of(const SocketAddress& peer, const Destination& destination);
  void answer(const UdpSession& session, const char* bytes, std::size_t size);
  void expire();
  void forget(const SocketAddress& peer);

  Listener listener_;
  const Inside& inside_;
  EpollLoop& poller_;
  std::unique_ptr<char[]> buffer_;  // of one datagram on its way
  std::unordered_map<SocketAddress, std::unique_ptr<UdpSession>, Hash> sessions_;
  bool expiring_{};
};

}  // namespace snug::network
