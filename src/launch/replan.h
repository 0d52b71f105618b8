// The one loop that plans again: what only the kernel can refuse, it refuses to the run itself.
#pragma once

#include <functional>
#include <optional>
#include <utility>

#include "launch/launch.h"

namespace snug::launch {

// Another plan after a failure that another plan avoids; nullopt if there is none.
using Replan = std::function<std::optional<plan::Plan>(const plan::Plan& failed, const LaunchError& failure)>;

// Calls `attempt` with `plan`, and with the plan that `replan` puts in its place for as long as it fails and
// there is one. The last plan stays in `plan`. Returns what the last attempt returned: an expected of
// anything or a LaunchError. It comes to an end since note_refusal() (refusals.h), which every Replan asks,
// is true once for each refusal.
template<class Attempt>
auto run_replanning(plan::Plan& plan, const Replan& replan, Attempt&& attempt) {
  auto result = attempt(std::as_const(plan));
  while (!result && replan) {
    auto other = replan(plan, result.error());
    if (!other)
      break;
    plan = std::move(*other);
    result = attempt(std::as_const(plan));
  }
  return result;
}

}  // namespace snug::launch
