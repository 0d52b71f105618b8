// The sockets of a gate: made in its network by a process that may, handed to one that may not.
#pragma once

#include <cstdint>

#include "base/unique_fd.h"

namespace snug::gate {

struct GateSocket {
  enum class Kind : std::uint32_t { DnsDatagram, DnsStream, Listener, Watch, Network };
  Kind kind{};
  std::uint16_t port{};  // Kind::Listener
  UniqueFd fd{};
};

}  // namespace snug::gate
