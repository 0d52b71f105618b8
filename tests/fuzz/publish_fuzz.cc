// -p, and the rules of network.allow. Ports are 1 to 65535 to the end of the range, or 0 for a free one of
// the host; the address is numeric; what is written as the flag means the same again; a rule that is taken is
// safe to print.
#include <arpa/inet.h>

#include "check.h"
#include "spec/host_name.h"
#include "spec/host_rule.h"
#include "spec/publish.h"

using namespace snug;
using namespace snug::spec;

namespace {

bool is_ipv6(const PublishedPorts& ports) {
  return ports.address.find(':') != std::string::npos;
}

std::string write_publish(const PublishedPorts& ports) {
  const auto range = [&](std::uint32_t first) {
    return first == 0 ? "0" : fmt::format("{}-{}", first, first + ports.count - 1);
  };
  return fmt::format("{}{}{}:{}:{}/{}", is_ipv6(ports) ? "[" : "", ports.address, is_ipv6(ports) ? "]" : "",
                     range(ports.host), range(ports.container),
                     ports.protocol == Protocol::Udp ? "udp" : "tcp");
}

void check_publish(std::string_view text) {
  const auto ports = parse_publish(text, "--publish");
  if (!ports)
    return check_error(ports.error(), "--publish: ");
  FUZZ_CHECK(ports->container > 0 && ports->count > 0, text);
  const std::uint64_t count = ports->count;
  FUZZ_CHECK(ports->host + count <= 65536 && ports->container + count <= 65536, text);
  unsigned char address[sizeof(in6_addr)];
  FUZZ_CHECK(!has_nul(ports->address), ports->address);
  FUZZ_CHECK(inet_pton(is_ipv6(*ports) ? AF_INET6 : AF_INET, ports->address.c_str(), address) == 1,
             ports->address);
  FUZZ_CHECK(parse_publish(write_publish(*ports), "--publish") == *ports, write_publish(*ports));
}

void check_rule(std::string_view text) {
  for (const RuleUse use : {RuleUse::Allow, RuleUse::Deny}) {
    const auto rule = parse_host_rule(text, "--allow", use);
    if (!rule) {
      check_error(rule.error(), "--allow: ");
      continue;
    }
    FUZZ_CHECK(rule->first_port > 0 && rule->first_port <= rule->last_port, text);
    FUZZ_CHECK(parse_host_rule(rule->text, "--allow", use) == *rule, text);
    const bool named = rule->kind == HostRule::Kind::Name || rule->kind == HostRule::Kind::Wildcard;
    FUZZ_CHECK(!named || plain_host_name(rule->name) == rule->name, text);
    // A rule lets in what it names, and never a public suffix as a whole.
    if (rule->kind == HostRule::Kind::Name)
      FUZZ_CHECK(HostRules({*rule}, {}).decide(rule->name, rule->first_port).allowed, text);
    if (rule->kind == HostRule::Kind::Wildcard && use == RuleUse::Allow)
      FUZZ_CHECK(!is_public_suffix(rule->name) && !rule->matches(rule->name), text);
  }
}

}  // namespace

FUZZ_TARGET(text) {
  check_publish(text);
  check_rule(text);
}
