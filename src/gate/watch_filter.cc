#include "gate/watch_filter.h"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>

#include "gate/name_table.h"

namespace snug::gate {
namespace {

constexpr std::uint8_t kSyn = 0x02;
constexpr std::uint8_t kAck = 0x10;
constexpr std::uint8_t kEchoRequest = 8;
constexpr std::uint8_t kEchoRequest6 = 128;
constexpr std::size_t kHeader6 = 40;
constexpr int kBuffer = 64 << 10;

// Coarse: what comes in from the sandbox, of IP, and not for the gate's own IPv4 address, which gets the
// questions to the name server. parse_attempt() does the rest.
UniqueFd with_filter(UniqueFd fd) {
  const IpAddress gate = NameTable::gate(IpAddress::Family::V4);
  std::uint32_t address = 0;
  for (int i = 0; i < 4; ++i) address = address << 8 | gate.bytes[static_cast<std::size_t>(i)];
  sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(SKF_AD_OFF + SKF_AD_PKTTYPE)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_OUTGOING, 6, 0),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(SKF_AD_OFF + SKF_AD_PROTOCOL)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IPV6, 5, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IP, 0, 3),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(SKF_NET_OFF + 16)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, address, 1, 0),
      BPF_JUMP(BPF_JMP | BPF_JA, 1, 0, 0),
      BPF_STMT(BPF_RET | BPF_K, 0),
      // A segment of TCP that does not begin a connection is by far the most of what comes; dropped here.
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(SKF_AD_OFF + SKF_AD_PROTOCOL)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IPV6, 6, 0),
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, static_cast<std::uint32_t>(SKF_NET_OFF + 9)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_TCP, 0, 9),
      BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, static_cast<std::uint32_t>(SKF_NET_OFF)),
      BPF_STMT(BPF_LD | BPF_B | BPF_IND, static_cast<std::uint32_t>(SKF_NET_OFF + 13)),
      BPF_STMT(BPF_ALU | BPF_AND | BPF_K, kSyn | kAck),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kSyn, 5, 4),
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, static_cast<std::uint32_t>(SKF_NET_OFF + 6)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_TCP, 0, 3),
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, static_cast<std::uint32_t>(SKF_NET_OFF + kHeader6 + 13)),
      BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, kAck, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, 0),
      BPF_STMT(BPF_RET | BPF_K, kWatchedBytes),
  };
  const sock_fprog filter{.len = std::size(program), .filter = program};
  if (setsockopt(fd.get(), SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) != 0)
    return {};
  (void)setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &kBuffer, sizeof kBuffer);
  return fd;
}

std::uint16_t port_at(std::span<const std::uint8_t> bytes, std::size_t at) {
  return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}

}  // namespace

UniqueFd open_watch() {
  // No protocol yet: nothing may come in before the filter is there.
  UniqueFd fd{socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  if (fd)
    fd = with_filter(std::move(fd));
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(ETH_P_ALL);
  if (fd && bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return {};
  return fd;
}

std::optional<Attempt> parse_attempt(std::span<const std::uint8_t> packet) {
  if (packet.empty())
    return std::nullopt;
  Attempt attempt;
  std::size_t body = 0;
  if (packet[0] >> 4 == 4) {
    body = static_cast<std::size_t>(packet[0] & 15) * 4;
    if (packet.size() < 20 || body < 20 || packet.size() < body)
      return std::nullopt;
    attempt.number = packet[9];
    std::copy_n(packet.begin() + 16, 4, attempt.to.bytes.begin());
  } else if (packet[0] >> 4 == 6) {
    body = kHeader6;
    if (packet.size() < body)
      return std::nullopt;
    attempt.number = packet[6];
    attempt.to.family = IpAddress::Family::V6;
    std::copy_n(packet.begin() + 24, 16, attempt.to.bytes.begin());
  } else {
    return std::nullopt;
  }
  const auto rest = packet.subspan(body);
  switch (attempt.number) {
    case IPPROTO_TCP:
      if (rest.size() < 14 || (rest[13] & (kSyn | kAck)) != kSyn)
        return std::nullopt;
      attempt.protocol = Attempt::Protocol::Tcp;
      attempt.port = port_at(rest, 2);
      return attempt;
    case IPPROTO_UDP:
      if (rest.size() < 8)
        return std::nullopt;
      attempt.protocol = Attempt::Protocol::Udp;
      attempt.port = port_at(rest, 2);
      return attempt;
    case IPPROTO_ICMP:
    case IPPROTO_ICMPV6:
      // The kernel's own errors and neighbours are nobody's attempt.
      if (rest.empty() || rest[0] != (attempt.number == IPPROTO_ICMP ? kEchoRequest : kEchoRequest6))
        return std::nullopt;
      attempt.protocol = Attempt::Protocol::Icmp;
      return attempt;
    case IPPROTO_IGMP:
    case IPPROTO_HOPOPTS:  // multicast listeners of the kernel's own
      return std::nullopt;
    default:
      attempt.protocol = Attempt::Protocol::Other;
      return attempt;
  }
}

}  // namespace snug::gate
