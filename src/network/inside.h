// Connections into the sandbox, from its own network namespace, which this process has joined.
#pragma once

#include <cstdint>

#include "base/unique_fd.h"
#include "network/socket_address.h"

namespace snug::network {

class Inside {
 public:
  // Keeps the peer's address for programs inside where the kernel lets it: ip(7), IP_TRANSPARENT. Wants
  // CAP_NET_ADMIN over the namespace, and routes that bring the answers back (local_routes.h).
  explicit Inside(bool transparent) : transparent_{transparent} {}

  // A socket on its way to the port of the sandbox's loopback, without waiting; empty, with errno, where it
  // cannot be made. First that of the peer's family, then, where nobody listens there (ECONNREFUSED, at once
  // or in SO_ERROR), the other: services listen on one of the two, or on all.
  enum class Attempt { First, Second };
  UniqueFd connect(int type, const SocketAddress& peer, std::uint16_t port, Attempt attempt) const;

 private:
  UniqueFd connect_to(int type, const SocketAddress& peer, const SocketAddress& service) const;

  bool transparent_;
};

}  // namespace snug::network
