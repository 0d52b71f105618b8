// Addresses of IPv4 and IPv6 sockets as one value.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <string>

#include "base/ip_address.h"

namespace snug::network {

class SocketAddress {
 public:
  SocketAddress() = default;
  // From text that inet_pton(3) takes; the family is AF_UNSPEC for any other.
  SocketAddress(const std::string& text, std::uint16_t port);
  static SocketAddress loopback(int family, std::uint16_t port);
  // From what the kernel has filled in.
  static SocketAddress of(const sockaddr_storage& storage, socklen_t size);

  int family() const { return storage_.ss_family; }
  std::uint16_t port() const;
  IpAddress ip() const;
  // An IPv4 address that came in as ::ffff:a.b.c.d becomes one.
  SocketAddress unmapped() const;
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage_); }
  socklen_t size() const { return size_; }

  bool operator==(const SocketAddress& other) const;
  bool same_host(const SocketAddress& other) const;  // whatever the ports are
  std::size_t hash() const;

 private:
  const sockaddr_in& four() const { return reinterpret_cast<const sockaddr_in&>(storage_); }
  const sockaddr_in6& six() const { return reinterpret_cast<const sockaddr_in6&>(storage_); }

  sockaddr_storage storage_{};
  socklen_t size_{sizeof(sockaddr_storage)};
};

}  // namespace snug::network
