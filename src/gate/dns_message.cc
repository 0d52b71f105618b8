#include "gate/dns_message.h"

#include <algorithm>

namespace snug::gate::dns {
namespace {

constexpr std::size_t kHeader = 12;
constexpr std::uint16_t kOptions = 41;  // OPT, RFC 6891
constexpr std::uint16_t kUdpSize = 1232;
constexpr std::uint32_t kSeconds = 60;

std::uint16_t read16(std::span<const std::uint8_t> bytes, std::size_t at) {
  return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}

void put16(std::vector<std::uint8_t>& to, std::uint16_t value) {
  to.push_back(static_cast<std::uint8_t>(value >> 8));
  to.push_back(static_cast<std::uint8_t>(value));
}

void put32(std::vector<std::uint8_t>& to, std::uint32_t value) {
  put16(to, static_cast<std::uint16_t>(value >> 16));
  put16(to, static_cast<std::uint16_t>(value));
}

// The name at `at`, which is moved behind it. Labels have no pointers here: nothing comes before the question
// that one could point to.
bool read_name(std::span<const std::uint8_t> bytes, std::size_t& at, std::string& name) {
  while (at < bytes.size()) {
    const std::size_t size = bytes[at++];
    if (size == 0)
      return true;
    if (size > 63 || at + size > bytes.size() || name.size() + size > 253)
      return false;
    if (!name.empty())
      name += '.';
    for (std::size_t i = 0; i < size; ++i) {
      const std::uint8_t byte = bytes[at + i];
      if (byte <= ' ' || byte == '.' || byte >= 0x7f)
        return false;
      name += static_cast<char>(byte);
    }
    at += size;
  }
  return false;
}

}  // namespace

std::optional<Query> parse_query(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < kHeader)
    return std::nullopt;
  const std::uint16_t flags = read16(bytes, 2);
  const std::uint16_t more = read16(bytes, 10);
  if ((flags & 0x8000) != 0 || read16(bytes, 4) != 1 || read16(bytes, 6) != 0 || read16(bytes, 8) != 0 ||
      more > 1)
    return std::nullopt;
  Query query{.id = read16(bytes, 0),
              .recursion_desired = (flags & 0x0100) != 0,
              .opcode = static_cast<std::uint8_t>(flags >> 11 & 15)};
  std::size_t at = kHeader;
  if (!read_name(bytes, at, query.name) || at + 4 > bytes.size())
    return std::nullopt;
  query.type = read16(bytes, at);
  query.question_class = read16(bytes, at + 2);
  at += 4;
  query.question.assign(bytes.begin() + kHeader, bytes.begin() + static_cast<std::ptrdiff_t>(at));
  // The root's name, then the type.
  query.edns = more == 1 && at + 11 <= bytes.size() && bytes[at] == 0 && read16(bytes, at + 1) == kOptions;
  return query;
}

std::vector<std::uint8_t> answer(const Query& query, Code code, std::span<const IpAddress> addresses) {
  std::vector<std::uint8_t> bytes;
  put16(bytes, query.id);
  // A response that can recurse, authoritative for what it says.
  put16(bytes,
        static_cast<std::uint16_t>(0x8480 | query.opcode << 11 | (query.recursion_desired ? 0x0100 : 0) |
                                   static_cast<std::uint8_t>(code)));
  put16(bytes, 1);
  put16(bytes, static_cast<std::uint16_t>(addresses.size()));
  put16(bytes, 0);
  put16(bytes, query.edns ? 1 : 0);
  bytes.insert(bytes.end(), query.question.begin(), query.question.end());
  for (const IpAddress& address : addresses) {
    const std::size_t size = address.bits() / 8;
    put16(bytes, 0xc000 | kHeader);  // the question's name
    put16(bytes, address.family == IpAddress::Family::V4 ? kA : kAaaa);
    put16(bytes, 1);
    put32(bytes, kSeconds);
    put16(bytes, static_cast<std::uint16_t>(size));
    bytes.insert(bytes.end(), address.bytes.begin(),
                 address.bytes.begin() + static_cast<std::ptrdiff_t>(size));
  }
  if (query.edns) {
    bytes.push_back(0);
    put16(bytes, kOptions);
    put16(bytes, kUdpSize);
    put32(bytes, 0);
    put16(bytes, 0);
  }
  return bytes;
}

}  // namespace snug::gate::dns
