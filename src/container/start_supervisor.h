// Starts the supervisor of a container: a process of its own, which outlives whoever started it.
#pragma once

#include <functional>
#include <optional>

#include "container/container_record.h"
#include "container/record.h"
#include "container/store.h"
#include "launch/launch.h"
#include "launch/replan.h"
#include "plan/plan.h"

namespace snug::container {

struct SupervisorJob {
  const ContainerStore& store;
  Container container;  // locked
  ContainerRecord record{};
  RunState state{};
  plan::Plan plan{};
  child::Region arguments{};
  bool fresh{};  // made for this run: it is removed where it never starts
  launch::Replan replan{};
  // Adds what the machine says to an error.
  std::function<void(const plan::Plan&, launch::LaunchError&)> explain{};
  // The plan of a Spec whose limits were changed while it ran (snug update), for the next run.
  std::function<Result<plan::Plan>(const spec::Spec&)> plan_anew{};
};

// Starts the supervisor, and answers the first client's end of the connection to it (channel.h). The client
// is to say Resize where it knows, then Attach or Wait; then it gets Started or StartFailed.
Result<UniqueFd> start_supervisor(SupervisorJob job);

// What entered commands and ps are to know of the payload, by its plan.
void note_payload(const plan::Plan& plan, RunState& state);

}  // namespace snug::container
