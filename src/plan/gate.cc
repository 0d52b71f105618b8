// The egress gate.
#include <fmt/format.h>

#include "plan/builder.h"

namespace snug {
namespace {

Status add_rules(const Builder& builder, const std::vector<Setting<std::string>>& texts, RuleUse use,
                 std::vector<HostRule>& to) {
  for (const Setting<std::string>& setting : texts) {
    auto rule = parse_host_rule(setting.value, setting.origin.text, use);
    if (!rule)
      return tl::unexpected{std::move(rule).error()};
    if (rule->kind != HostRule::Kind::Set) {
      to.push_back(*std::move(rule));
      continue;
    }
    auto hosts = expand_set(builder, rule->name, setting.origin);
    if (!hosts)
      return tl::unexpected{std::move(hosts).error()};
    for (HostRule& host : *hosts) {
      // What a set lets in at one port is denied at all of them.
      if (use == RuleUse::Deny)
        host.first_port = 1, host.last_port = 65535;
      to.push_back(std::move(host));
    }
  }
  return {};
}

}  // namespace

Status plan_gate(Builder& builder) {
  const Spec& spec = builder.spec;
  if (spec.network.value != NetworkMode::Gate)
    return {};
  OpenGate gate;
  if (Status status = add_rules(builder, spec.allow, RuleUse::Allow, gate.allow); !status)
    return status;
  if (Status status = add_rules(builder, spec.deny, RuleUse::Deny, gate.deny); !status)
    return status;
  if (const std::size_t ports = HostRules{gate.allow, {}}.ports().size(); ports > kMostGatePorts)
    return fail({.step = fmt::format("network.allow: {} ports are named, and the gate can have {}", ports,
                                     kMostGatePorts),
                 .origin = spec.allow.front().origin.text,
                 .hint = "name fewer, or smaller ranges"});
  builder.add(Phase::Create, Actor::Supervisor, std::move(gate), spec.network.origin);
  return {};
}

}  // namespace snug
