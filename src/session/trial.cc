#include "session/trial.h"

#include <optional>
#include <utility>

#include "container/joined_network.h"
#include "launch/launch.h"
#include "launch/refusals.h"
#include "launch/replan.h"

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

tl::expected<void, LaunchError> attempt_trial(const Plan& trial, const RealHost& host) {
  const LaunchOptions options{.join = [&](const std::string& name, const std::string& id) {
    return joined_namespaces(ContainerStore{host.store_dir()}, name, id);
  }};
  if (auto failure = try_plan(trial, options))
    return tl::unexpected{std::move(*failure)};
  return {};
}

}  // namespace

Result<Plan> try_until_settled(Plan plan, const Wanted& wanted, RealHost& host) {
  if (!chosen_by_trying(plan))
    return plan;
  Result<Plan> settled = std::move(plan);
  Plan trial = without_disk(*settled);
  (void)run_replanning(  // what is refused for good is the run's own to say
      trial,
      [&](const Plan& failed, const LaunchError& failure) -> std::optional<Plan> {
        if (!note_refusal(failed, failure, host))
          return std::nullopt;
        settled = plan_wanted(wanted, host);
        if (!settled || !chosen_by_trying(*settled))
          return std::nullopt;
        return without_disk(*settled);
      },
      [&](const Plan& next) { return attempt_trial(next, host); });
  return settled;
}

Result<Plan> settle_level(Plan plan, const Wanted& wanted, RealHost& host) {
  return plan.required == Isolation::Full ? Result<Plan>{std::move(plan)}
                                          : try_until_settled(std::move(plan), wanted, host);
}

}  // namespace snug
