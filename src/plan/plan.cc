#include "plan/plan.h"

#include "plan/builder.h"

namespace snug {

Result<Plan> make_plan(const Spec& spec, const Image& image, const HostView& host) {
  Builder builder{.spec = spec, .image = image, .host = host};
  builder.plan.steps.reserve(128);
  constexpr Status (*kSubPlanners[])(Builder&) = {plan_user,   plan_limits,     plan_identity,
                                                  plan_kernel, plan_root,       plan_system,
                                                  plan_mounts, plan_privileges, plan_payload};
  for (const auto sub_planner : kSubPlanners)
    if (Status status = sub_planner(builder); !status)
      return tl::unexpected{std::move(status).error()};
  return std::move(builder.plan);
}

}  // namespace snug
