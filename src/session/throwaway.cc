#include "session/throwaway.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "container/joined_network.h"
#include "launch/refusals.h"
#include "launch/replan.h"
#include "session/machine_hint.h"
#include "session/trial.h"

namespace snug::session {
namespace {

std::vector<plan::Note> new_notes(const plan::Plan& plan, const plan::Plan& before) {
  std::vector<plan::Note> notes;
  std::ranges::copy_if(plan.notes, std::back_inserter(notes), [&](const plan::Note& note) {
    return std::ranges::find(before.notes, note) == before.notes.end();
  });
  return notes;
}

}  // namespace

Result<FinishedRun> run_throwaway(Wanted wanted, host::RealHost& host, const ThrowawayOptions& options) {
  const SessionCallbacks& callbacks = options.callbacks;
  auto planned = plan_wanted(wanted, host);
  if (planned)
    planned = settle_level(std::move(*planned), wanted, host);
  if (!planned)
    return tl::unexpected{std::move(planned).error()};
  // Never freed: snug ends with the run, and giving back every string would write to every page of the heap
  // once more.
  plan::Plan& plan = *new plan::Plan{std::move(*planned)};
  if (callbacks.notes)
    callbacks.notes(plan.notes);
  const launch::LaunchOptions launch{.arguments = options.arguments,
                                     .published =
                                         [&](const std::vector<std::string>& ports) {
                                           if (callbacks.published)
                                             callbacks.published(plan, ports);
                                         },
                                     .gate_event = callbacks.gate_event,
                                     .join =
                                         [&](const std::string& name, const std::string& id) {
                                           return container::joined_namespaces(
                                               container::ContainerStore{host.store_dir()}, name, id);
                                         },
                                     .status_fd = options.status_fd};
  const auto replan = [&](const plan::Plan& failed,
                          const launch::LaunchError& failure) -> std::optional<plan::Plan> {
    if (!launch::note_refusal(failed, failure, host))
      return std::nullopt;
    auto next = plan_wanted(wanted, host);
    if (!next)
      return std::nullopt;
    if (callbacks.notes)
      callbacks.notes(new_notes(*next, failed));
    return std::move(*next);
  };
  auto outcome = launch::run_replanning(
      plan, replan, [&](const plan::Plan& next) { return launch::run_plan(next, launch); });
  if (!outcome) {
    explain_failed_step(plan, outcome.error(), host);
    return tl::unexpected{std::move(outcome).error().error};
  }
  return FinishedRun{.plan = plan, .outcome = std::move(*outcome)};
}

}  // namespace snug::session
