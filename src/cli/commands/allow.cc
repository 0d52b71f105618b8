#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "base/try.h"
#include "cli/commands/container_ask.h"
#include "cli/commands/shared_options.h"
#include "cli/show/report.h"
#include "container/container_record.h"
#include "container/store.h"
#include "host/real_host.h"
#include "session/planning.h"
#include "spec/enum_names.h"
#include "spec/host_rule.h"

namespace snug::cli {
namespace {

// Asks the planner, as a start would, which rules come of it once sets are expanded.
Result<std::vector<spec::HostRule>> planned_rules(const spec::Spec& spec, host::RealHost& host) {
  const auto wanted = session::want(spec, host);
  const auto plan = TRY(wanted ? session::plan_wanted(*wanted, host) : tl::unexpected{wanted.error()});
  const auto* gate = plan::find_step<plan::OpenGate>(plan);
  return gate ? gate->allow : std::vector<spec::HostRule>{};
}

Status widen(const container::Container& container, const std::vector<spec::HostRule>& before,
             const std::vector<spec::HostRule>& after) {
  for (const spec::HostRule& rule : after) {
    if (std::ranges::find(before, rule) != before.end())
      continue;
    if (auto answer = ask_if_running(container, {.kind = container::FrameKind::Allow, .data = rule.text});
        !answer)
      return tl::unexpected{std::move(answer).error()};
    else if (!*answer)
      return {};  // the container does not run: its next start has the rules
  }
  return ask_if_running(container, {.kind = container::FrameKind::Updated}).map([](const auto&) {});
}

Result<int> allow(const Invocation& invocation) {
  auto host = TRY(host::RealHost::look());
  const auto container = TRY(container::ContainerStore{host.store_dir()}.find(invocation.words.at(0)));
  auto record = TRY(container.record());
  spec::Spec& spec = record.spec;
  if (spec.network.value != spec::NetworkMode::Gate)
    return fail({.step = fmt::format("container {} has no gate that could be widened: its network is {}",
                                     escape_control(container.name()), enum_name(spec.network.value)),
                 .hint = "make it with --network gate"});
  const auto before = TRY(planned_rules(spec, host));
  for (std::size_t i = 1; i < invocation.words.size(); ++i) {
    const std::string& text = invocation.words[i];
    TRY(spec::check_allow_rule(text, "allow"));
    if (std::ranges::find(spec.allow, text, &spec::Setting<std::string>::value) == spec.allow.end())
      spec.allow.push_back({text, {"snug allow"}});
  }
  const auto after = TRY(planned_rules(spec, host));
  TRY(container.write_record(record));
  return widen(container, before, after).map([] { return 0; });
}

}  // namespace

extern constexpr CommandDef kAllowCommand{
    .name = "allow",
    .group = kContainersGroup,
    .arity = {2, kAnyNumber, "name a container and a host"},
    .positional = Complete::ContainerName,
    .run = allow,
};

}  // namespace snug::cli
