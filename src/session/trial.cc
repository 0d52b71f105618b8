#include "session/trial.h"

#include <optional>
#include <utility>

#include "container/joined_network.h"
#include "launch/launch.h"
#include "launch/refusals.h"
#include "launch/replan.h"

namespace snug::session {
namespace {

// The same plan with its writable layer in memory: what is tried must not write to the disk.
plan::Plan without_disk(plan::Plan plan) {
  std::erase_if(plan.steps, [](const plan::PlannedStep& planned) {
    return std::holds_alternative<plan::PrepareDisk>(planned.step) ||
           std::holds_alternative<plan::SweepDisk>(planned.step) ||
           std::holds_alternative<plan::KeepContainer>(planned.step);
  });
  for (plan::PlannedStep& planned : plan.steps)
    if (auto* root = std::get_if<plan::OverlayRoot>(&planned.step))
      root->upper = plan::UpperPlace::Tmpfs;
    else if (auto* view = std::get_if<plan::CowMount>(&planned.step))
      view->upper = plan::UpperPlace::Tmpfs;
    else if (std::holds_alternative<plan::DiskRoot>(planned.step))
      planned.step = plan::TmpfsRoot{};
  return plan;
}

bool chosen_by_trying(const plan::Plan& plan) {
  const plan::OverlayRoot* root = plan::find_step<plan::OverlayRoot>(plan);
  return (root && root->driver == spec::OverlayDriver::Native) || plan.required != spec::Isolation::Full;
}

tl::expected<void, launch::LaunchError> attempt_trial(const plan::Plan& trial, const host::RealHost& host) {
  const launch::LaunchOptions options{.join = [&](const std::string& name, const std::string& id) {
    return container::joined_namespaces(container::ContainerStore{host.store_dir()}, name, id);
  }};
  if (auto failure = launch::try_plan(trial, options))
    return tl::unexpected{std::move(*failure)};
  return {};
}

}  // namespace

Result<plan::Plan> try_until_settled(plan::Plan plan, const Wanted& wanted, host::RealHost& host) {
  if (!chosen_by_trying(plan))
    return plan;
  Result<plan::Plan> settled = std::move(plan);
  plan::Plan trial = without_disk(*settled);
  (void)launch::run_replanning(  // what is refused for good is the run's own to say
      trial,
      [&](const plan::Plan& failed, const launch::LaunchError& failure) -> std::optional<plan::Plan> {
        if (!launch::note_refusal(failed, failure, host))
          return std::nullopt;
        settled = plan_wanted(wanted, host);
        if (!settled || !chosen_by_trying(*settled))
          return std::nullopt;
        return without_disk(*settled);
      },
      [&](const plan::Plan& next) { return attempt_trial(next, host); });
  return settled;
}

Result<plan::Plan> settle_level(plan::Plan plan, const Wanted& wanted, host::RealHost& host) {
  return plan.required == spec::Isolation::Full ? Result<plan::Plan>{std::move(plan)}
                                                : try_until_settled(std::move(plan), wanted, host);
}

}  // namespace snug::session
