#include "network/local_routes.h"

#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>

#include "base/unique_fd.h"
#include "network/netlink_request.h"

namespace snug::network {
namespace {

constexpr unsigned char kFamilies[] = {AF_INET, AF_INET6};

constexpr std::uint32_t kTable = 100;

int add_route(int fd, unsigned char family) {
  rtmsg body{};
  body.rtm_family = family;
  body.rtm_protocol = RTPROT_STATIC;
  body.rtm_scope = RT_SCOPE_HOST;
  body.rtm_type = RTN_LOCAL;
  NetlinkRequest request{RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, body};
  request.attribute(RTA_TABLE, kTable);
  request.attribute(RTA_OIF, if_nametoindex("lo"));
  return request.send_by(fd);
}

// Beside the loopback's own, which comes first with its metric of 0.
int add_loopback_route(int fd, unsigned char family, unsigned device) {
  constexpr std::uint32_t kMetric = 1;
  const in_addr four{.s_addr = htonl(INADDR_LOOPBACK & IN_CLASSA_NET)};
  const in6_addr six = IN6ADDR_LOOPBACK_INIT;
  rtmsg body{};
  body.rtm_family = family;
  body.rtm_protocol = RTPROT_STATIC;
  body.rtm_scope = RT_SCOPE_HOST;
  body.rtm_type = RTN_LOCAL;
  body.rtm_dst_len = family == AF_INET ? 8 : 128;
  NetlinkRequest request{RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, body};
  request.attribute(RTA_TABLE, RT_TABLE_LOCAL);
  if (family == AF_INET)
    request.attribute(RTA_DST, &four, sizeof four);
  else
    request.attribute(RTA_DST, &six, sizeof six);
  request.attribute(RTA_OIF, device);
  request.attribute(RTA_PRIORITY, kMetric);
  return request.send_by(fd);
}

int add_rule(int fd, unsigned char family) {
  fib_rule_hdr body{};
  body.family = family;
  body.action = FR_ACT_TO_TBL;
  in_addr four{};
  four.s_addr = htonl(0x7f000000);
  const in6_addr six = IN6ADDR_LOOPBACK_INIT;
  body.src_len = family == AF_INET ? 8 : 128;
  NetlinkRequest request{RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, body};
  request.attribute(FRA_TABLE, kTable);
  if (family == AF_INET)
    request.attribute(FRA_SRC, &four, sizeof four);
  else
    request.attribute(FRA_SRC, &six, sizeof six);
  return request.send_by(fd);
}

bool lacks_ipv6(unsigned char family, int error) {
  return family == AF_INET6 && (error == EOPNOTSUPP || error == EAFNOSUPPORT);
}

}  // namespace

int keep_loopback_inside(const char* device) {
  const UniqueFd fd{socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)};
  const unsigned index = fd ? if_nametoindex(device) : 0;
  if (index == 0)
    return errno;
  for (const unsigned char family : kFamilies)
    if (const int error = add_loopback_route(fd.get(), family, index);
        error != 0 && !lacks_ipv6(family, error))
      return error;
  return 0;
}

int add_local_routes() {
  const UniqueFd fd{socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)};
  if (!fd)
    return errno;
  int error = 0;
  for (const unsigned char family : kFamilies) {
    for (const auto add : {add_route, add_rule})
      if (error == 0) {
        error = add(fd.get(), family);
        // Another relay of the same sandbox has been here.
        if (error == EEXIST)
          error = 0;
      }
    if (lacks_ipv6(family, error))
      error = 0;
  }
  return error;
}

}  // namespace snug::network
