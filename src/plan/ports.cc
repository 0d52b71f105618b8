// Published ports.
#include "base/try.h"
#include "plan/builder.h"

namespace snug::plan {

Status plan_ports(Builder& builder) {
  const spec::Spec& spec = builder.spec;
  for (const auto& setting : spec.publish) {
    auto ports = TRY(spec::parse_publish(setting.value, setting.origin.text));
    builder.add(Phase::Create, Actor::Supervisor, PublishPorts{std::move(ports)}, setting.origin);
  }
  return {};
}

}  // namespace snug::plan
