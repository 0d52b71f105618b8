#include "network/tcp_relay.h"

#include <fcntl.h>
#include <netinet/tcp.h>

#include <cerrno>

#include "network/tcp_connection.h"

namespace snug::network {
namespace {

// Others have their turn after so many.
constexpr int kAcceptsAtOnce = 64;
constexpr std::chrono::milliseconds kPause{50};

}  // namespace

void TcpListener::accept_one(UniqueFd socket, const SocketAddress& peer) {
  auto connection =
      std::make_unique<TcpConnection>(std::move(socket), peer, listener_.container, inside_, pipes_, poller_);
  TcpConnection::begin(std::move(connection));
}

void TcpListener::on_events(std::uint32_t) {
  if (paused_) {
    paused_ = false;
    if (poller_.add(listener_.socket.get(), EPOLLIN, *this) != 0)
      return;
  }
  for (int i = 0; i < kAcceptsAtOnce; ++i) {
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    UniqueFd socket{accept4(listener_.socket.get(), reinterpret_cast<sockaddr*>(&storage), &size,
                            SOCK_CLOEXEC | SOCK_NONBLOCK)};
    if (socket) {
      accept_one(std::move(socket), SocketAddress::of(storage, size).unmapped());
      continue;
    }
    // No descriptor or memory is left: whoever waits to be accepted waits a little longer, and this loop does
    // not spin.
    if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
      poller_.remove(listener_.socket.get());
      poller_.wake_at(EpollLoop::Clock::now() + kPause, *this);
      paused_ = true;
    }
    if (errno != EINTR && errno != ECONNABORTED)
      return;
  }
}

}  // namespace snug::network
