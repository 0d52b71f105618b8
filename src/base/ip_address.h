// IPv4 and IPv6 addresses as values, and what each is set aside for.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace snug {

struct IpAddress {
  enum class Family : std::uint8_t { V4, V6 };
  Family family{Family::V4};
  std::array<std::uint8_t, 16> bytes{};  // in network order; of IPv4 the first four

  bool operator==(const IpAddress&) const = default;
  unsigned bits() const { return family == Family::V4 ? 32 : 128; }
  std::string text() const;  // without brackets
  // ::ffff:a.b.c.d is a.b.c.d.
  IpAddress unmapped() const;
};

// What inet_pton(3) takes; not "127.1" or "0x7f000001", which other programs read as addresses too.
std::optional<IpAddress> parse_ip(std::string_view text);

// The address and how many of its leading bits count: "10.0.0.0/8". A single address has all its bits.
struct IpPrefix {
  IpAddress address{};
  unsigned length{};
  bool operator==(const IpPrefix&) const = default;
  bool contains(const IpAddress& other) const;
};
std::optional<IpPrefix> parse_ip_prefix(std::string_view text);

// What an address is for that is not simply a place of the public internet: "loopback", "private",
// "link-local", "multicast", "metadata", "reserved"; "" for one that is. By IANA's registries of special
// addresses (RFC 6890), those of clouds' metadata services, and for IPv6 addresses that carry an IPv4 address
// (mapped, 6to4, NAT64) by that.
std::string_view special_purpose(const IpAddress& address);

}  // namespace snug
