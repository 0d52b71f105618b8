#include "base/ip_address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

#include "base/units.h"

namespace snug {
namespace {

struct Special {
  std::string_view prefix;
  std::string_view purpose;
};

// The first that contains an address says what it is.
constexpr Special kSpecial4[] = {
    {"169.254.169.254", "metadata"},  // AWS, Azure, Google and others
    {"169.254.170.2", "metadata"},    // AWS ECS
    {"168.63.129.16", "metadata"},    // Azure's, in the middle of the public range
    {"100.100.100.200", "metadata"},  // Alibaba
    {"127.0.0.0/8", "loopback"},      {"10.0.0.0/8", "private"},
    {"172.16.0.0/12", "private"},     {"192.168.0.0/16", "private"},
    {"100.64.0.0/10", "private"},  // carriers' own, RFC 6598
    {"169.254.0.0/16", "link-local"}, {"224.0.0.0/4", "multicast"},
    {"0.0.0.0/8", "reserved"},  // 0.0.0.0 is this machine
    {"192.0.0.0/24", "reserved"},     {"192.0.2.0/24", "reserved"},
    {"192.88.99.0/24", "reserved"},   {"198.18.0.0/15", "reserved"},
    {"198.51.100.0/24", "reserved"},  {"203.0.113.0/24", "reserved"},
    {"240.0.0.0/4", "reserved"},
};
constexpr Special kSpecial6[] = {
    {"::1", "loopback"},       {"fd00:ec2::254", "metadata"}, {"fe80::/10", "link-local"},
    {"fc00::/7", "private"},   {"fec0::/10", "private"},      {"64:ff9b:1::/48", "private"},
    {"ff00::/8", "multicast"}, {"2001:db8::/32", "reserved"}, {"2001::/23", "reserved"},
    {"3fff::/20", "reserved"}, {"5f00::/16", "reserved"},
};

struct Carrier {
  std::string_view prefix;
  std::size_t at;  // where the four bytes begin
};
constexpr Carrier kCarriers[] = {{"::ffff:0:0/96", 12}, {"2002::/16", 2}, {"64:ff9b::/96", 12}};

std::string_view find_purpose(const IpAddress& address, const Special* begin, const Special* end) {
  const auto* const found = std::find_if(begin, end, [&](const Special& special) {
    const auto prefix = parse_ip_prefix(special.prefix);
    return prefix && prefix->contains(address);
  });
  return found == end ? std::string_view{} : found->purpose;
}

}  // namespace

std::string IpAddress::text() const {
  char buffer[INET6_ADDRSTRLEN]{};
  inet_ntop(family == Family::V4 ? AF_INET : AF_INET6, bytes.data(), buffer, sizeof buffer);
  return buffer;
}

IpAddress IpAddress::unmapped() const {
  constexpr std::uint8_t kMapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (family == Family::V4 || std::memcmp(bytes.data(), kMapped, sizeof kMapped) != 0)
    return *this;
  IpAddress four;
  std::copy_n(bytes.begin() + 12, 4, four.bytes.begin());
  return four;
}

std::optional<IpAddress> parse_ip(std::string_view text) {
  if (text.size() > INET6_ADDRSTRLEN || text.find('\0') != std::string_view::npos)
    return std::nullopt;
  const std::string word{text};
  IpAddress address;
  if (inet_pton(AF_INET, word.c_str(), address.bytes.data()) == 1)
    return address;
  address.family = IpAddress::Family::V6;
  if (inet_pton(AF_INET6, word.c_str(), address.bytes.data()) == 1)
    return address;
  return std::nullopt;
}

bool IpPrefix::contains(const IpAddress& other) const {
  if (other.family != address.family)
    return false;
  for (unsigned bit = 0; bit < length; bit += 8) {
    const unsigned counted = std::min(8U, length - bit);
    const auto mask = static_cast<std::uint8_t>(0xff00U >> counted);
    if (((address.bytes[bit / 8] ^ other.bytes[bit / 8]) & mask) != 0)
      return false;
  }
  return true;
}

std::optional<IpPrefix> parse_ip_prefix(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = parse_ip(text.substr(0, slash));
  if (!address)
    return std::nullopt;
  if (slash == std::string_view::npos)
    return IpPrefix{*address, address->bits()};
  const auto length = parse_number(text.substr(slash + 1), "prefix", address->bits());
  if (!length)
    return std::nullopt;
  return IpPrefix{*address, static_cast<unsigned>(*length)};
}

std::string_view special_purpose(const IpAddress& address) {
  if (address.family == IpAddress::Family::V4)
    return find_purpose(address, std::begin(kSpecial4), std::end(kSpecial4));
  if (const auto purpose = find_purpose(address, std::begin(kSpecial6), std::end(kSpecial6));
      !purpose.empty())
    return purpose;
  for (const Carrier& carrier : kCarriers)
    if (parse_ip_prefix(carrier.prefix)->contains(address)) {
      IpAddress four;
      std::copy_n(address.bytes.begin() + static_cast<std::ptrdiff_t>(carrier.at), 4, four.bytes.begin());
      return special_purpose(four);
    }
  // What is public is within 2000::/3 so far (IANA's IPv6 global unicast assignments).
  return (address.bytes[0] & 0xe0) == 0x20 ? "" : "reserved";
}

}  // namespace snug
