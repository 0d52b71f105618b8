// The plan: every step that a run will do, in order. `snug explain`, `--dry-run` and `run` make it with the
// same function and use the same object; what it does not show, run does not do.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "host/host_view.h"
#include "image/image.h"
#include "plan/step.h"
#include "spec/values.h"

namespace snug::plan {

// Something that the user should know before the payload meets it ("the image's files belong to another user:
// read-only").
struct Note {
  std::string text{};
  Origin origin{};
  bool detail{};  // for explain and --verbose only
  bool operator==(const Note&) const = default;
};

struct Plan {
  std::vector<PlannedStep> steps{};
  std::vector<Note> notes{};
  spec::Isolation isolation{};  // what it comes to
  spec::Isolation required{};   // the least that the user wants
  bool operator==(const Plan&) const = default;
};

// The running container whose network is to be shared, and with it its user namespace (launch/join.h).
struct JoinedNetwork {
  std::string name{};
  std::string id{};
  std::uint32_t uid{};  // what the caller's own ids are inside
  std::uint32_t gid{};
  spec::NetworkMode mode{};  // None, Gate or Full
  std::vector<spec::Setting<std::string>> dns{};
  std::vector<spec::Setting<std::string>> dns_search{};
  bool nested_userns{};  // user namespaces are allowed in it
  bool closed{};         // the kernel refuses them there
  bool operator==(const JoinedNetwork&) const = default;
};

// The same without another container's network: for a look at the files only.
spec::Spec without_joined(spec::Spec spec);

// `joined` is that of spec.network_of, where there is one. Pure but for questions to `host`. Fails where
// something wanted cannot be had: the error names the step and the origin.
Result<Plan> make_plan(const spec::Spec& spec, const image::Image& image, const host::HostView& host,
                       const JoinedNetwork* joined = nullptr);

// The first step of a kind, or nullptr.
template<class T>
const T* find_step(const Plan& plan) {
  for (const PlannedStep& planned : plan.steps)
    if (const T* step = std::get_if<T>(&planned.step))
      return step;
  return nullptr;
}

// Its place; behind the last where there is none.
template<class T>
std::size_t index_of(const Plan& plan) {
  std::size_t i = 0;
  while (i < plan.steps.size() && !std::holds_alternative<T>(plan.steps[i].step)) ++i;
  return i;
}

}  // namespace snug::plan
