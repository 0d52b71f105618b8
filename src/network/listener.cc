#include "network/listener.h"

#include <fmt/format.h>

#include <cerrno>

#include "base/try.h"
#include "network/socket_address.h"

namespace snug::network {
namespace {

constexpr int kBacklog = 4096;

std::string shown(const std::string& address, unsigned port) {
  return address.find(':') == std::string::npos ? fmt::format("{}:{}", address, port)
                                                : fmt::format("[{}]:{}", address, port);
}

bool switch_on(int fd, int level, int option) {
  const int on = 1;
  return setsockopt(fd, level, option, &on, sizeof on) == 0;
}

// Where an answer is to come from: with a wildcard address the one that was asked.
bool wants_destination(int fd, int family) {
  return family == AF_INET6 ? switch_on(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO)
                            : switch_on(fd, IPPROTO_IP, IP_PKTINFO);
}

Result<Listener> open_one(const spec::PublishedPorts& ports, std::uint16_t host, std::uint16_t container) {
  const SocketAddress address{ports.address, host};
  const bool tcp = ports.protocol == spec::Protocol::Tcp;
  const auto failed = [&](int err) {
    return fail(
        {.step = fmt::format("publish {}/{}", shown(ports.address, host), tcp ? "tcp" : "udp"), .err = err});
  };
  UniqueFd fd{socket(address.family(), (tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  if (!fd)
    return failed(errno);
  // [::] is IPv6 alone, so that 0.0.0.0 may have the same port beside it.
  if (address.family() == AF_INET6 && !switch_on(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY))
    return failed(errno);
  // A container that is started again takes its port over from connections that are still closing.
  if (tcp ? !switch_on(fd.get(), SOL_SOCKET, SO_REUSEADDR) : !wants_destination(fd.get(), address.family()))
    return failed(errno);
  if (bind(fd.get(), address.get(), address.size()) != 0 || (tcp && listen(fd.get(), kBacklog) != 0))
    return failed(errno);
  sockaddr_storage own{};
  socklen_t size = sizeof own;
  if (getsockname(fd.get(), reinterpret_cast<sockaddr*>(&own), &size) != 0)
    return failed(errno);
  return Listener{.socket = std::move(fd),
                  .address = ports.address,
                  .host = SocketAddress::of(own, size).port(),
                  .container = container,
                  .protocol = ports.protocol};
}

}  // namespace

Result<std::vector<Listener>> listen_on(const spec::PublishedPorts& ports) {
  std::vector<Listener> listeners;
  for (std::uint32_t i = 0; i < ports.count; ++i) {
    const auto host = static_cast<std::uint16_t>(ports.host == 0 ? 0 : ports.host + i);
    auto listener = TRY(open_one(ports, host, static_cast<std::uint16_t>(ports.container + i)));
    listeners.push_back(std::move(listener));
  }
  return listeners;
}

std::string publish_text(const Listener& listener) {
  return fmt::format("{}:{}/{}", shown(listener.address, listener.host), listener.container,
                     listener.protocol == spec::Protocol::Tcp ? "tcp" : "udp");
}

}  // namespace snug::network
