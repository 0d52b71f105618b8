// From a Spec to what will be done: the one way to a plan, for run, start, explain and every other command
// alike.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "host/real_host.h"
#include "image/image.h"
#include "plan/plan.h"
#include "spec/settings.h"

namespace snug::session {

// What is wanted, with the image that it names. Plans are made of it as often as it takes.
struct Wanted {
  spec::Spec spec{};
  image::Image image{};
  std::vector<plan::Note>
      notes{};  // what the caller knows and the planner does not; each of its plans has them
};

// The image that `spec` names. Fails with the origin of the name where the image itself has none.
Result<image::Image> find_image(const spec::Spec& spec, const host::RealHost& host);

// The Spec with its image.
Result<Wanted> want(spec::Spec spec, const host::RealHost& host);

// The plan. Asks the other container about its network where the Spec names one; fails where it does not run.
Result<plan::Plan> plan_wanted(const Wanted& wanted, const host::RealHost& host);

// The paths on the host that the plan's ReportNew steps name: what a command has made there is told at its
// end.
std::vector<std::string> watched_paths(const plan::Plan& plan);

// The plan that a run would end with: what a run finds out by being refused is found out by trials here. A
// trial makes the sandbox, without its disk, and executes nothing. explain and --dry-run print it.
Result<plan::Plan> plan_tried(const Wanted& wanted, host::RealHost& host);

}  // namespace snug::session
