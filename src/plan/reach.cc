#include "plan/reach.h"

#include <fmt/format.h>

#include "base/try.h"
#include "spec/host_rule.h"

namespace snug::plan {
namespace {

constexpr std::uint16_t kUsualPort = 443;

void decide(const OpenGate& gate, const spec::HostRule& asked, std::uint16_t port, Reach& reach) {
  const spec::HostRules rules{gate.allow, gate.deny};
  const spec::HostRules::Verdict verdict = asked.kind == spec::HostRule::Kind::Address
                                               ? rules.decide(asked.addresses.address, port)
                                               : rules.decide(asked.name, port);
  reach.open = verdict.allowed;
  reach.rule = verdict.rule ? verdict.rule->label() : "";
  if (!verdict.rule)
    reach.text = "blocked: no rule allows it; to allow it: --allow " + std::string{asked.text};
  else
    reach.text = (verdict.allowed ? "allowed by " : "blocked by ") + reach.rule;
}

}  // namespace

Result<Reach> look_up_host(const Plan& plan, std::string_view text) {
  // As a rule that denies: of those any host may be named, and all ports at once.
  auto asked = TRY(spec::parse_host_rule(text, "explain", spec::RuleUse::Deny));
  if (asked.kind == spec::HostRule::Kind::Set || asked.kind == spec::HostRule::Kind::Wildcard)
    return fail({.step = fmt::format("explain: \"{}\" is no single host", text),
                 .hint = "name one: example.org:443"});
  const bool all = asked.first_port != asked.last_port;
  const std::uint16_t port = all ? kUsualPort : asked.first_port;
  Reach reach{.place = all ? fmt::format("{}:{}", asked.text, port) : asked.text};
  const std::size_t create = index_of<CreateNamespaces>(plan);
  const std::size_t gate = index_of<OpenGate>(plan);
  if (gate != plan.steps.size()) {
    reach.origin = plan.steps[gate].origin;
    decide(std::get<OpenGate>(plan.steps[gate].step), asked, port, reach);
    return reach;
  }
  if (const auto* join = find_step<JoinNetwork>(plan))
    return fail({.step = fmt::format("explain: what can be reached is up to container {}", join->container),
                 .hint = "its network is joined: ask for it there"});
  reach.origin = plan.steps[create].origin;
  if (find_step<ConnectNetwork>(plan)) {
    reach.open = true;
    reach.text = "open: the network is full, this machine's loopback apart";
    return reach;
  }
  reach.open = !std::get<CreateNamespaces>(plan.steps[create].step).network;
  reach.text = reach.open ? "open: the network is the host's" : "blocked: the sandbox has no network";
  return reach;
}

}  // namespace snug::plan
