#include "spec/host_rule.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "base/try.h"
#include "base/units.h"
#include "spec/host_name.h"

namespace snug::spec {
namespace {

constexpr std::string_view kForms =
    "rules are example.org, *.example.org:80, 203.0.113.7:443, [2001:db8::7]:443, host:5432, @set";

// A rule while it is read.
struct Reading {
  std::string_view text;
  std::string_view what;
  RuleUse use;

  tl::unexpected<Error> bad(std::string_view problem, std::string_view hint = kForms) const {
    return fail({.step = fmt::format("{}: \"{}\": {}", what, escape_control(text), problem),
                 .hint = std::string{hint}});
  }
};

Status read_ports(const Reading& reading, std::string_view text, HostRule& rule) {
  const std::size_t dash = text.find('-');
  std::uint64_t ends[2]{};
  const std::string_view words[] = {text.substr(0, dash),
                                    dash == std::string_view::npos ? text : text.substr(dash + 1)};
  for (int i = 0; i < 2; ++i) {
    const auto port = parse_number(words[i], "port", 65535);
    if (!port || *port == 0)
      return reading.bad(fmt::format("\"{}\" is not a port", escape_control(words[i])),
                         "ports are 1 to 65535, a range of them 8000-8010");
    ends[i] = *port;
  }
  if (ends[1] < ends[0])
    return reading.bad("the range of ports ends before it begins");
  rule.first_port = static_cast<std::uint16_t>(ends[0]);
  rule.last_port = static_cast<std::uint16_t>(ends[1]);
  return {};
}

Status read_option(const Reading& reading, std::string_view option, HostRule& rule) {
  if (reading.use == RuleUse::Deny)
    return reading.bad("a rule that denies has no options");
  if (option == "private")
    rule.allow_private = true;
  else if (option == "tls=off")
    rule.check = OpeningCheck::Off;
  else if (option == "tls=require")
    rule.check = OpeningCheck::Tls;
  else
    return reading.bad(fmt::format("\"{}\" is not an option", escape_control(option)),
                       "options are private, tls=off and tls=require");
  return {};
}

Status read_address(const Reading& reading, const IpPrefix& prefix, HostRule& rule) {
  rule.kind = HostRule::Kind::Address;
  rule.addresses = prefix;
  const std::string_view purpose = special_purpose(prefix.address);
  if (reading.use == RuleUse::Deny || purpose.empty())
    return {};
  if (purpose == "loopback")
    return reading.bad("inside, that is the sandbox's own loopback",
                       "for a service of this machine write host:PORT");
  if (purpose == "multicast")
    return reading.bad("nothing connects to a multicast address");
  if (!rule.allow_private)
    return reading.bad(fmt::format("that is no public address, but one that is {}",
                                   purpose == "metadata" ? "a metadata service's" : purpose),
                       "if it is meant, say so: " + std::string{reading.text} + ",private");
  return {};
}

Status read_host(const Reading& reading, std::string_view host, HostRule& rule) {
  if (host == "host") {
    rule.kind = HostRule::Kind::Self;
    rule.name = host;
    return {};
  }
  if (host == "*")
    return reading.bad("a bare * would let everything through", "for that there is --network full");
  if (const auto prefix = parse_ip_prefix(host))
    return read_address(reading, *prefix, rule);
  const bool wildcard = host.starts_with("*.");
  auto name = TRY(host_name(wildcard ? host.substr(2) : host, reading.what));
  if (name == "localhost" || name.ends_with(".localhost"))
    return reading.bad("inside, that is the sandbox itself", "for a service of this machine write host:PORT");
  if (wildcard && reading.use == RuleUse::Allow && is_public_suffix(name))
    return reading.bad(fmt::format("anybody can have a name below {}", name),
                       "name the domains: *.example." + name);
  rule.kind = wildcard ? HostRule::Kind::Wildcard : HostRule::Kind::Name;
  rule.name = std::move(name);
  return {};
}

Result<HostRule> read_set(const Reading& reading, HostRule rule) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  rule.kind = HostRule::Kind::Set;
  rule.name = reading.text.substr(1);
  if (rule.name.empty() || rule.name.size() > 64 || !std::ranges::all_of(rule.name, fits))
    return reading.bad("not the name of a set",
                       "a set is @ and lower-case letters, digits, - and _; it has its own ports");
  return rule;
}

}  // namespace

Result<HostRule> parse_host_rule(std::string_view text, std::string_view what, RuleUse use) {
  const Reading reading{text, what, use};
  HostRule rule{.text = std::string{text}};
  if (use == RuleUse::Deny)
    rule.first_port = 1, rule.last_port = 65535;
  if (text.starts_with('@'))
    return read_set(reading, std::move(rule));
  const auto parts = split(text, ',');
  for (std::size_t i = 1; i < parts.size(); ++i) TRY(read_option(reading, parts[i], rule));
  std::string_view host = parts.front();
  std::string_view port;
  bool has_port = false;
  if (host.starts_with('[')) {
    const std::size_t end = host.find(']');
    const std::string_view inner = host.substr(1, end == std::string_view::npos ? end : end - 1);
    if (end == std::string_view::npos || inner.find(':') == std::string_view::npos || !parse_ip_prefix(inner))
      return reading.bad("no IPv6 address in the brackets");
    const std::string_view rest = host.substr(end + 1);
    if (!rest.empty() && !rest.starts_with(':'))
      return reading.bad("only :PORT may follow the brackets");
    has_port = !rest.empty();
    port = has_port ? rest.substr(1) : rest;
    host = inner;
  } else if (std::ranges::count(host, ':') > 1) {
    return reading.bad("too many colons", "an IPv6 address goes in brackets: [2001:db8::7]:443");
  } else if (const std::size_t colon = host.find(':'); colon != std::string_view::npos) {
    has_port = true;
    port = host.substr(colon + 1);
    host = host.substr(0, colon);
  }
  if (has_port)
    TRY(read_ports(reading, port, rule));
  TRY(read_host(reading, host, rule));
  if (rule.kind == HostRule::Kind::Self && !has_port && use == RuleUse::Allow)
    return reading.bad("which of this machine's services?", "name its port: host:5432");
  return rule;
}

Status check_allow_rule(std::string_view text, std::string_view what) {
  TRY(parse_host_rule(text, what, RuleUse::Allow));
  return {};
}

Status check_deny_rule(std::string_view text, std::string_view what) {
  TRY(parse_host_rule(text, what, RuleUse::Deny));
  return {};
}

bool HostRule::matches(std::string_view host) const {
  switch (kind) {
    case Kind::Name:
    case Kind::Self:
      return host == name;
    case Kind::Wildcard:
      return host.size() > name.size() + 1 && host.ends_with(name) &&
             host[host.size() - name.size() - 1] == '.';
    case Kind::Address:
    case Kind::Set:
      return false;
  }
  return false;
}

bool HostRule::matches(const IpAddress& address) const {
  return kind == Kind::Address && addresses.contains(address);
}

template<class Host>
HostRules::Verdict HostRules::find(const Host& host, std::uint16_t port) const {
  const auto speaks = [&](const HostRule& rule) { return rule.covers(port) && rule.matches(host); };
  if (const auto rule = std::ranges::find_if(deny_, speaks); rule != deny_.end())
    return {false, &*rule};
  if (const auto rule = std::ranges::find_if(allow_, speaks); rule != allow_.end())
    return {true, &*rule};
  return {};
}

HostRules::Verdict HostRules::decide(std::string_view host, std::uint16_t port) const {
  return find(host, port);
}

HostRules::Verdict HostRules::decide(const IpAddress& address, std::uint16_t port) const {
  return find(address, port);
}

bool HostRules::opens(std::string_view host) const {
  return std::ranges::any_of(allow_, [&](const HostRule& rule) {
    if (!rule.matches(host))
      return false;
    for (unsigned port = rule.first_port; port <= rule.last_port; ++port)
      if (decide(host, static_cast<std::uint16_t>(port)).allowed)
        return true;
    return false;
  });
}

std::vector<std::uint16_t> HostRules::ports() const {
  std::set<std::uint16_t> all;
  for (const HostRule& rule : allow_)
    for (unsigned port = rule.first_port; port <= rule.last_port; ++port)
      all.insert(static_cast<std::uint16_t>(port));
  return {all.begin(), all.end()};
}

void HostRules::widen(std::vector<HostRule> more) {
  for (HostRule& rule : more)
    if (std::ranges::find(allow_, rule) == allow_.end())
      allow_.push_back(std::move(rule));
}

}  // namespace snug::spec
