// The egress gate.
#include <fmt/format.h>

#include "base/try.h"
#include "plan/builder.h"

namespace snug::plan {
namespace {

Status add_rules(const Builder& builder, const std::vector<spec::Setting<std::string>>& texts,
                 spec::RuleUse use, std::vector<spec::HostRule>& to) {
  for (const spec::Setting<std::string>& setting : texts) {
    auto rule = TRY(spec::parse_host_rule(setting.value, setting.origin.text, use));
    if (rule.kind != spec::HostRule::Kind::Set) {
      to.push_back(std::move(rule));
      continue;
    }
    auto hosts = TRY(expand_set(builder, rule.name, setting.origin));
    for (spec::HostRule& host : hosts) {
      // What a set lets in at one port is denied at all of them.
      if (use == spec::RuleUse::Deny)
        host.first_port = 1, host.last_port = 65535;
      to.push_back(std::move(host));
    }
  }
  return {};
}

}  // namespace

Status plan_gate(Builder& builder) {
  const spec::Spec& spec = builder.spec;
  if (spec.network.value != spec::NetworkMode::Gate)
    return {};
  OpenGate gate;
  TRY(add_rules(builder, spec.allow, spec::RuleUse::Allow, gate.allow));
  TRY(add_rules(builder, spec.deny, spec::RuleUse::Deny, gate.deny));
  if (const std::size_t ports = spec::HostRules{gate.allow, {}}.ports().size(); ports > spec::kMostGatePorts)
    return fail({.step = fmt::format("network.allow: {} ports are named, and the gate can have {}", ports,
                                     spec::kMostGatePorts),
                 .origin = spec.allow.front().origin.text,
                 .hint = "name fewer, or smaller ranges"});
  builder.add(Phase::Create, Actor::Supervisor, std::move(gate), spec.network.origin);
  return {};
}

}  // namespace snug::plan
