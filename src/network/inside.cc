#include "network/inside.h"

#include <netinet/ip.h>

#include <cerrno>

namespace snug::network {
namespace {

// linux/in6.h has it, which does not go with netinet/in.h.
constexpr int kIpv6Transparent = 75;

bool is_transparent(int fd, int family) {
  const int on = 1;
  return family == AF_INET6 ? setsockopt(fd, IPPROTO_IPV6, kIpv6Transparent, &on, sizeof on) == 0
                            : setsockopt(fd, IPPROTO_IP, IP_TRANSPARENT, &on, sizeof on) == 0;
}

}  // namespace

UniqueFd Inside::connect_to(int type, const SocketAddress& peer, const SocketAddress& service) const {
  // With the peer's port where it is free: a second connection, or a service of the same number, may have it.
  for (const bool as_peer : {true, false}) {
    if (as_peer && (!transparent_ || peer.family() != service.family()))
      continue;
    UniqueFd fd{socket(service.family(), type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    if (!fd)
      return {};
    if (as_peer &&
        (!is_transparent(fd.get(), service.family()) || bind(fd.get(), peer.get(), peer.size()) != 0))
      continue;
    if (::connect(fd.get(), service.get(), service.size()) == 0 || errno == EINPROGRESS)
      return fd;
    if (errno != EADDRINUSE && errno != EADDRNOTAVAIL)
      return {};
  }
  return {};
}

UniqueFd Inside::connect(int type, const SocketAddress& peer, std::uint16_t port, Attempt attempt) const {
  const bool six = (peer.family() == AF_INET6) == (attempt == Attempt::First);
  return connect_to(type, peer, SocketAddress::loopback(six ? AF_INET6 : AF_INET, port));
}

}  // namespace snug::network
