#include "gate/gate_link.h"

#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/veth.h>
#include <sched.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <string_view>

#include "base/ip_address.h"
#include "gate/name_table.h"
#include "network/netlink_request.h"

namespace snug::gate {
namespace {

using Family = IpAddress::Family;

constexpr std::string_view kName = "gate0";
// Both ends may have the same number, each in its namespace: no look-up.
constexpr int kIndex = 16;
constexpr int kLoopback = 1;
// As large as packets of a loopback, so that as few are made.
constexpr std::uint32_t kMtu = 65520;
// Both ends have the same hardware address. A device without ARP sends to its own (net/ipv4/arp.c), and so
// the other end takes every packet for its own: no neighbours are asked for, for any address.
constexpr std::array<unsigned char, 6> kHardware = {0x02, 0x73, 0x6e, 0x75, 0x67, 0x01};

unsigned char number_of(Family family) {
  return family == Family::V4 ? AF_INET : AF_INET6;
}

void describe_end(network::NetlinkRequest& request) {
  request.attribute(IFLA_IFNAME, kName.data(), kName.size() + 1);
  request.attribute(IFLA_ADDRESS, kHardware.data(), kHardware.size());
  request.attribute(IFLA_MTU, kMtu);
}

int add_devices(int sandbox, int gate_namespace) {
  ifinfomsg end{};
  end.ifi_index = kIndex;
  end.ifi_flags = end.ifi_change = IFF_UP | IFF_NOARP;
  network::NetlinkRequest request{RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, end};
  describe_end(request);
  const std::size_t info = request.begin_nested(IFLA_LINKINFO);
  request.attribute(IFLA_INFO_KIND, "veth", sizeof "veth");
  const std::size_t data = request.begin_nested(IFLA_INFO_DATA);
  const std::size_t peer = request.begin_nested(VETH_INFO_PEER);
  // Not up yet: an end without the other says ENOTCONN (drivers/net/veth.c).
  end.ifi_flags = end.ifi_change = IFF_NOARP;
  request.body(end);
  describe_end(request);
  request.attribute(IFLA_NET_NS_FD, static_cast<std::uint32_t>(gate_namespace));
  request.end_nested(peer);
  request.end_nested(data);
  request.end_nested(info);
  return request.send_by(sandbox);
}

int raise_device(int netlink, int device) {
  ifinfomsg body{};
  body.ifi_index = device;
  body.ifi_flags = body.ifi_change = IFF_UP;
  return network::NetlinkRequest{RTM_NEWLINK, 0, body}.send_by(netlink);
}

int add_address(int netlink, int device, const IpAddress& address) {
  ifaddrmsg body{};
  body.ifa_family = number_of(address.family);
  body.ifa_prefixlen = static_cast<unsigned char>(address.bits());
  body.ifa_flags = IFA_F_NODAD | IFA_F_PERMANENT;
  body.ifa_index = static_cast<unsigned>(device);
  network::NetlinkRequest request{RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, body};
  request.attribute(IFA_LOCAL, address.bytes.data(), address.bits() / 8);
  request.attribute(IFA_ADDRESS, address.bytes.data(), address.bits() / 8);
  return request.send_by(netlink);
}

struct Route {
  unsigned char table;
  unsigned char type;
  unsigned char scope;
  int device;
  const IpAddress* to;      // null: everything
  const IpAddress* source;  // preferred, or null
};

int add_route(int netlink, Family family, const Route& route) {
  rtmsg body{};
  body.rtm_family = number_of(family);
  body.rtm_table = route.table;
  body.rtm_protocol = RTPROT_STATIC;
  body.rtm_type = route.type;
  body.rtm_scope = route.scope;
  const unsigned size = family == Family::V4 ? 4 : 16;
  body.rtm_dst_len = route.to ? static_cast<unsigned char>(size * 8) : 0;
  network::NetlinkRequest request{RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, body};
  if (route.to)
    request.attribute(RTA_DST, route.to->bytes.data(), size);
  if (route.source)
    request.attribute(RTA_PREFSRC, route.source->bytes.data(), size);
  request.attribute(RTA_OIF, static_cast<std::uint32_t>(route.device));
  return request.send_by(netlink);
}

// Everything leaves the sandbox by the device.
int address_sandbox(int netlink, Family family) {
  const IpAddress own = NameTable::sandbox(family);
  if (const int error = add_address(netlink, kIndex, own))
    return error;
  return add_route(
      netlink, family,
      {RT_TABLE_MAIN, RTN_UNICAST, RT_SCOPE_LINK, kIndex, nullptr, family == Family::V4 ? &own : nullptr});
}

// Everything arrives but what is for the sandbox. Both in the table of local addresses, which is asked first:
// there the longer prefix wins, and the sandbox's address is not taken for one of ours.
int address_gate(int netlink, Family family) {
  const IpAddress own = NameTable::gate(family);
  const IpAddress other = NameTable::sandbox(family);
  if (const int error = add_address(netlink, kLoopback, own))
    return error;
  if (const int error =
          add_route(netlink, family, {RT_TABLE_LOCAL, RTN_LOCAL, RT_SCOPE_HOST, kLoopback, nullptr, nullptr}))
    return error;
  return add_route(netlink, family, {RT_TABLE_LOCAL, RTN_UNICAST, RT_SCOPE_LINK, kIndex, &other, nullptr});
}

UniqueFd open_netlink() {
  return UniqueFd{socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)};
}

// Not compiled in, or switched off (net.ipv6.conf.*.disable_ipv6).
bool lacks_ipv6(int error) {
  return error == EOPNOTSUPP || error == EAFNOSUPPORT || error == EACCES || error == EPERM ||
         error == EADDRNOTAVAIL;
}

}  // namespace

GateLink make_gate_link(int user_namespace, int network_namespace) {
  GateLink link{.stage = GateStage::Join};
  const auto failed = [&](int error) {
    link.error = error;
    return std::move(link);
  };
  if (setns(user_namespace, CLONE_NEWUSER) != 0 || setns(network_namespace, CLONE_NEWNET) != 0)
    return failed(errno);
  const UniqueFd sandbox = open_netlink();
  if (!sandbox)
    return failed(errno);
  link.stage = GateStage::Network;
  if (unshare(CLONE_NEWNET) != 0)
    return failed(errno);
  link.network.reset(open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
  const UniqueFd gate = open_netlink();
  if (!link.network || !gate)
    return failed(errno);
  link.stage = GateStage::Loopback;
  if (const int error = raise_device(gate.get(), kLoopback))
    return failed(error);
  link.stage = GateStage::Link;
  if (const int error = add_devices(sandbox.get(), link.network.get()))
    return failed(error);
  if (const int error = raise_device(gate.get(), kIndex))
    return failed(error);
  link.stage = GateStage::Address;
  for (const Family family : {Family::V4, Family::V6}) {
    int error = address_gate(gate.get(), family);
    if (error == 0)
      error = address_sandbox(sandbox.get(), family);
    if (error != 0 && (family == Family::V4 || !lacks_ipv6(error)))
      return failed(error);
    link.ipv6 = error == 0;
  }
  return link;
}

}  // namespace snug::gate
