// A socket that sees what programs inside try to reach (packet(7)): the first packet of each TCP connection,
// datagrams, echo requests. What an answer is, and what the name server gets, is left out by a filter.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/ip_address.h"
#include "base/unique_fd.h"

namespace snug::gate {

// In the network that this process is in. Empty where the kernel has none to give.
UniqueFd open_watch();

struct Attempt {
  enum class Protocol : std::uint8_t { Tcp, Udp, Icmp, Other };
  Protocol protocol{};
  std::uint8_t number{};  // of the protocol, as IANA counts
  IpAddress to{};
  std::uint16_t port{};  // of TCP and UDP
};

// Of a packet without its link's header, as the socket gives it.
constexpr std::size_t kWatchedBytes = 128;
std::optional<Attempt> parse_attempt(std::span<const std::uint8_t> packet);

}  // namespace snug::gate
