#include "network/socket_address.h"

#include <arpa/inet.h>

#include <cstring>
#include <string_view>

namespace snug::network {

SocketAddress::SocketAddress(const std::string& text, std::uint16_t port) {
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  if (inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    std::memcpy(&storage_, &v4, size_ = sizeof v4);
  } else if (inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    std::memcpy(&storage_, &v6, size_ = sizeof v6);
  }
}

SocketAddress SocketAddress::loopback(int family, std::uint16_t port) {
  return {family == AF_INET6 ? "::1" : "127.0.0.1", port};
}

SocketAddress SocketAddress::of(const sockaddr_storage& storage, socklen_t size) {
  SocketAddress address;
  address.storage_ = storage;
  address.size_ = size;
  return address;
}

std::uint16_t SocketAddress::port() const {
  return ntohs(family() == AF_INET6 ? six().sin6_port : four().sin_port);
}

SocketAddress SocketAddress::unmapped() const {
  if (family() != AF_INET6 || !IN6_IS_ADDR_V4MAPPED(&six().sin6_addr))
    return *this;
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = six().sin6_port;
  std::memcpy(&v4.sin_addr, six().sin6_addr.s6_addr + 12, sizeof v4.sin_addr);
  SocketAddress address;
  std::memcpy(&address.storage_, &v4, address.size_ = sizeof v4);
  return address;
}

bool SocketAddress::operator==(const SocketAddress& other) const {
  return size_ == other.size_ && std::memcmp(&storage_, &other.storage_, size_) == 0;
}

IpAddress SocketAddress::ip() const {
  IpAddress address;
  if (family() == AF_INET6) {
    address.family = IpAddress::Family::V6;
    std::memcpy(address.bytes.data(), &six().sin6_addr, sizeof six().sin6_addr);
  } else {
    std::memcpy(address.bytes.data(), &four().sin_addr, sizeof four().sin_addr);
  }
  return address;
}

bool SocketAddress::same_host(const SocketAddress& other) const {
  return family() == other.family() && ip() == other.ip();
}

std::size_t SocketAddress::hash() const {
  return std::hash<std::string_view>{}({reinterpret_cast<const char*>(&storage_), size_});
}

}  // namespace snug::network
