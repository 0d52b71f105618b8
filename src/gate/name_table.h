// The addresses that stand for names inside: each name that was asked for has one of IPv4 and one of IPv6 of
// its own, so that the address a program connects to says which name it asked for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/ip_address.h"

namespace snug::gate {

class NameTable {
 public:
  // 198.18.0.0/15 is for benchmarks between networks (RFC 2544), so that nothing real is there; the prefix of
  // IPv6 is a unique local one (RFC 4193). The first addresses are those of the gate and of the sandbox.
  static IpAddress gate(IpAddress::Family family);
  static IpAddress sandbox(IpAddress::Family family);

  // How many names one sandbox may have asked for. An allowed wildcard is an endless supply of them.
  static constexpr std::size_t kMostNames = 16'384;

  // The address of a name, a new one at first. Returns nullopt if there are too many.
  std::optional<IpAddress> address_of(std::string_view name, IpAddress::Family family);
  // The name that has the address; "" for an address of nobody's.
  std::string_view name_of(const IpAddress& address) const;

 private:
  std::vector<std::string> names_{};
  std::unordered_map<std::string, std::size_t> numbers_{};
};

// Is it one of those that stand for names, given or not?
bool stands_for_name(const IpAddress& address);

}  // namespace snug::gate
