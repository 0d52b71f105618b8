// Rules of the egress gate: "@set", "example.org", "*.example.org:80", "example.org:8000-8010",
// "[2001:db8::7]:443", "203.0.113.0/24:443", "host:5432", each with ",private" and ",tls=off" if wanted.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/ip_address.h"
#include "base/result.h"

namespace snug::spec {

// What must open a connection. Auto: on port 443 TLS that names the host, on port 80 a request that does.
enum class OpeningCheck { Auto, Tls, Off };

struct HostRule {
  // Self is this machine. A set stands for other rules, and is gone once they are put in its place.
  enum class Kind { Name, Wildcard, Address, Self, Set };
  Kind kind{Kind::Name};
  std::string name{};  // as host_name() gives it; of a wildcard what follows "*."; of a set what follows "@"
  IpPrefix addresses{};  // Kind::Address
  std::uint16_t first_port{443};
  std::uint16_t last_port{443};
  bool allow_private{};  // may the name's addresses be private, loopback or the like?
  OpeningCheck check{OpeningCheck::Auto};
  std::string text{};  // as it was written
  std::string set{};   // the set that it is of, or ""
  bool operator==(const HostRule&) const = default;

  std::string label() const { return set.empty() ? text : "@" + set + " (" + text + ")"; }
  bool covers(std::uint16_t port) const { return first_port <= port && port <= last_port; }
  bool matches(std::string_view host) const;  // a name as plain_host_name() gives it
  bool matches(const IpAddress& address) const;
};

// Allow: 443 where no port is named; a wildcard is never bare nor over a public suffix; an address that is
// not public wants ",private". Deny: every port where none is named, and no options.
enum class RuleUse { Allow, Deny };
Result<HostRule> parse_host_rule(std::string_view text, std::string_view what, RuleUse use);

Status check_allow_rule(std::string_view text, std::string_view what);
Status check_deny_rule(std::string_view text, std::string_view what);

// One listening socket has one port; so many are enough for anybody's rules.
constexpr std::size_t kMostGatePorts = 1024;

// What the gate says to a host and a port. Whatever a deny rule matches is denied.
class HostRules {
 public:
  HostRules() = default;
  HostRules(std::vector<HostRule> allow, std::vector<HostRule> deny)
      : allow_{std::move(allow)}, deny_{std::move(deny)} {}

  struct Verdict {
    bool allowed{};
    const HostRule* rule{};  // that said so; null where none speaks of it, which is a refusal
  };
  Verdict decide(std::string_view host, std::uint16_t port) const;
  Verdict decide(const IpAddress& address, std::uint16_t port) const;
  // Is any port of it open? A name for which none is gets no address.
  bool opens(std::string_view host) const;

  // Every port that an allow rule names, in order, each once.
  std::vector<std::uint16_t> ports() const;
  void widen(std::vector<HostRule> more);

 private:
  template<class Host>
  Verdict find(const Host& host, std::uint16_t port) const;

  std::vector<HostRule> allow_;
  std::vector<HostRule> deny_;
};

}  // namespace snug::spec
