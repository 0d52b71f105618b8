#include "plan/plan.h"

#include <fmt/format.h>

#include "base/text.h"
#include "base/try.h"
#include "plan/builder.h"
#include "spec/enum_names.h"

namespace snug::plan {

spec::Spec without_joined(spec::Spec spec) {
  if (spec.network.value == spec::NetworkMode::Container)
    spec.network.value = spec::NetworkMode::None;
  return spec;
}

Result<Plan> make_plan(const spec::Spec& spec, const image::Image& image, const host::HostView& host,
                       const JoinedNetwork* joined) {
  if ((spec.network.value == spec::NetworkMode::Container) != (joined != nullptr))
    return fail({.step = "the container whose network is wanted was not looked up",
                 .origin = spec.network.origin.text});
  Builder builder{.spec = spec, .image = image, .host = host, .joined = joined};
  builder.plan.steps.reserve(128);
  builder.plan.required = spec.require.value;
  constexpr Status (*kSubPlanners[])(Builder&) = {
      plan_user, plan_limits, plan_ports,  plan_gate,       plan_outbound, plan_identity, plan_kernel,
      plan_root, plan_system, plan_mounts, plan_privileges, plan_payload,  check_outbound};
  for (const auto sub_planner : kSubPlanners) TRY(sub_planner(builder));
  // Said at every run: nobody shall get a lower level unawares.
  if (!builder.costs.empty())
    builder.note(
        fmt::format("isolation is {}: {}", enum_name(builder.plan.isolation), join(builder.costs, "; ")),
        spec.require.origin);
  return std::move(builder.plan);
}

}  // namespace snug::plan
