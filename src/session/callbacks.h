// What whoever starts a run is told while it is under way.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "gate/gate_event.h"
#include "plan/plan.h"

namespace snug::session {

// Each may be empty.
struct SessionCallbacks {
  // What the user should know of the plan: once before the payload runs, and once more for each plan that
  // takes its place, with those that no plan before had.
  std::function<void(const std::vector<plan::Note>&)> notes{};
  // Published ports once they are open, "127.0.0.1:8080:80/tcp" each, in the order of the plan's PublishPorts
  // steps.
  std::function<void(const plan::Plan&, const std::vector<std::string>&)> published{};
  // What the egress gate refuses.
  std::function<void(const gate::GateEvent&)> gate_event{};
};

}  // namespace snug::session
