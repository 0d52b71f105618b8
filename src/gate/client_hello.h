// The name in the message that opens a TLS connection: RFC 8446, 4.1.2 and RFC 6066, 3.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace snug::gate {

struct ClientHello {
  enum class State { Incomplete, NotTls, Complete };
  State state{State::Incomplete};
  std::string server_name{};  // as it came; "" where it has none
};

// Of the bytes that have come so far. A ClientHello may be spread over several records, and its records over
// several packets. NotTls also where it is longer than kMostHello, or its parts contradict each other: a
// server might read it in another way.
constexpr std::size_t kMostHello = 64UL << 10;
ClientHello parse_client_hello(std::span<const std::uint8_t> bytes);

}  // namespace snug::gate
