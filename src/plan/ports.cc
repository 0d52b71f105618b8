// Published ports.
#include "plan/builder.h"

namespace snug {

Status plan_ports(Builder& builder) {
  const Spec& spec = builder.spec;
  for (const auto& setting : spec.publish) {
    auto ports = parse_publish(setting.value, setting.origin.text);
    if (!ports)
      return tl::unexpected{std::move(ports).error()};
    builder.add(Phase::Create, Actor::Supervisor, PublishPorts{std::move(*ports)}, setting.origin);
  }
  return {};
}

}  // namespace snug
