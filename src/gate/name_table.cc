#include "gate/name_table.h"

namespace snug::gate {
namespace {

constexpr IpPrefix kFour{{IpAddress::Family::V4, {198, 18}}, 15};
// fd, forty bits drawn once by lot, and the subnet 0.
constexpr IpPrefix kSix{{IpAddress::Family::V6, {0xfd, 0x9c, 0x1e, 0x6d, 0x53, 0xa7}}, 64};
constexpr std::uint32_t kFirstName = 16;

const IpPrefix& range(IpAddress::Family family) {
  return family == IpAddress::Family::V4 ? kFour : kSix;
}

IpAddress at(IpAddress::Family family, std::uint32_t number) {
  IpAddress address = range(family).address;
  const std::size_t end = address.bits() / 8;
  for (std::size_t i = 1; i <= 4; ++i, number >>= 8)
    address.bytes[end - i] = static_cast<std::uint8_t>(address.bytes[end - i] | (number & 0xff));
  return address;
}

}  // namespace

IpAddress NameTable::gate(IpAddress::Family family) {
  return at(family, 1);
}

IpAddress NameTable::sandbox(IpAddress::Family family) {
  return at(family, 2);
}

std::optional<IpAddress> NameTable::address_of(std::string_view name, IpAddress::Family family) {
  const auto known = numbers_.find(std::string{name});
  if (known != numbers_.end())
    return at(family, kFirstName + static_cast<std::uint32_t>(known->second));
  if (names_.size() >= kMostNames)
    return std::nullopt;
  numbers_.emplace(name, names_.size());
  names_.emplace_back(name);
  return at(family, kFirstName + static_cast<std::uint32_t>(names_.size() - 1));
}

std::string_view NameTable::name_of(const IpAddress& address) const {
  if (!stands_for_name(address))
    return {};
  std::uint32_t number = 0;
  for (std::size_t i = address.bits() / 8 - 4; i < address.bits() / 8; ++i)
    number = number << 8 | address.bytes[i];
  if (address.family == IpAddress::Family::V4)
    number &= 0x0001ffff;
  number -= kFirstName;
  return number < names_.size() && at(address.family, number + kFirstName) == address ? names_[number]
                                                                                      : std::string_view{};
}

bool stands_for_name(const IpAddress& address) {
  return range(address.family).contains(address);
}

}  // namespace snug::gate
