#include "cli/commands/tried_plan.h"

#include "container/joined_network.h"
#include "launch/launch.h"
#include "launch/refusals.h"

namespace snug {
namespace {

// The same plan with its writable layer in memory: what is tried must not write to the disk.
Plan without_disk(Plan plan) {
  std::erase_if(plan.steps, [](const PlannedStep& planned) {
    return std::holds_alternative<PrepareDisk>(planned.step) ||
           std::holds_alternative<SweepDisk>(planned.step) ||
           std::holds_alternative<KeepContainer>(planned.step);
  });
  for (PlannedStep& planned : plan.steps)
    if (auto* root = std::get_if<OverlayRoot>(&planned.step))
      root->upper = UpperPlace::Tmpfs;
    else if (auto* view = std::get_if<CowMount>(&planned.step))
      view->upper = UpperPlace::Tmpfs;
    else if (std::holds_alternative<DiskRoot>(planned.step))
      planned.step = TmpfsRoot{};
  return plan;
}

bool chosen_by_trying(const Plan& plan) {
  const OverlayRoot* root = find_step<OverlayRoot>(plan);
  return (root && root->driver == OverlayDriver::Native) || plan.required != Isolation::Full;
}

}  // namespace

Result<Plan> tried_plan(Plan plan, const std::function<Result<Plan>()>& prepare, RealHost& host) {
  while (chosen_by_trying(plan)) {
    const Plan trial = without_disk(plan);
    const auto failure = try_plan(trial, {.join = [&](const std::string& name, const std::string& id) {
                                    return joined_namespaces(ContainerStore{host.store_dir()}, name, id);
                                  }});
    if (!failure || !note_refusal(trial, *failure, host))
      break;
    auto next = prepare();
    if (!next)
      return next;
    plan = std::move(*next);
  }
  return plan;
}

Result<Plan> settled_level(Plan plan, const std::function<Result<Plan>()>& prepare, RealHost& host) {
  return plan.required == Isolation::Full ? Result<Plan>{std::move(plan)}
                                          : tried_plan(std::move(plan), prepare, host);
}

}  // namespace snug
