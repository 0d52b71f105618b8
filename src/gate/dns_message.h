// Questions and answers of the domain name system (RFC 1035), as far as a resolver needs them that asks
// nobody.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip_address.h"

namespace snug::gate::dns {

constexpr std::uint16_t kA = 1;
constexpr std::uint16_t kAaaa = 28;
constexpr std::uint16_t kSvcb = 64;
constexpr std::uint16_t kHttps = 65;

enum class Code : std::uint8_t {
  None = 0,
  FormatError = 1,
  ServerFailure = 2,
  NoSuchName = 3,
  NotImplemented = 4,
  Refused = 5
};

// Of a message that has one question in it, and nothing but options (EDNS) beside.
struct Query {
  std::uint16_t id{};
  bool recursion_desired{};
  bool edns{};
  std::uint8_t opcode{};
  std::uint16_t type{};
  std::uint16_t question_class{};
  std::string name{};                    // as it came, labels joined by dots; "" for the root
  std::vector<std::uint8_t> question{};  // the bytes, to be sent back
};

// Returns nullopt if the bytes are no query that can be answered: a response, a header alone, a compressed or
// broken name, a label with a dot or a control byte in it.
std::optional<Query> parse_query(std::span<const std::uint8_t> bytes);

// Its addresses live for a minute inside (RFC 1035, TTL), so that what is no longer allowed is asked again.
std::vector<std::uint8_t> answer(const Query& query, Code code, std::span<const IpAddress> addresses);

}  // namespace snug::gate::dns
