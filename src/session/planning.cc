#include "session/planning.h"

#include <optional>
#include <utility>

#include "base/try.h"
#include "container/joined_network.h"
#include "session/trial.h"

namespace snug {

Result<Image> find_image(const Spec& spec, const RealHost& host) {
  if (spec.image.value.empty())
    return fail({.step = "no image: neither the command line nor the profile names one",
                 .hint = "snug run host -- CMD uses this machine's own programs; snug help images tells what "
                         "an image can be"});
  auto image =
      load_image(spec.image.value, {.store = host.store_dir() + "/images", .cwd = host.caller().cwd});
  if (!image && image.error().origin.empty())
    image.error().origin = spec.image.origin.text;
  return image;
}

Result<Wanted> want(Spec spec, const RealHost& host) {
  auto image = TRY(find_image(spec, host));
  return Wanted{.spec = std::move(spec), .image = std::move(image)};
}

Result<Plan> plan_wanted(const Wanted& wanted, const RealHost& host) {
  const Spec& spec = wanted.spec;
  std::optional<JoinedNetwork> joined;
  if (spec.network.value == NetworkMode::Container && spec.network_of) {
    auto found = joined_network(ContainerStore{host.store_dir()}, spec.network_of->value, host.caller());
    if (!found) {
      found.error().origin = spec.network_of->origin.text;
      return tl::unexpected{std::move(found).error()};
    }
    joined = std::move(*found);
  }
  auto plan = make_plan(spec, wanted.image, host, joined ? &*joined : nullptr);
  if (plan)
    plan->notes.insert(plan->notes.end(), wanted.notes.begin(), wanted.notes.end());
  return plan;
}

std::vector<std::string> watched_paths(const Plan& plan) {
  std::vector<std::string> paths;
  for (const PlannedStep& planned : plan.steps)
    if (const auto* watch = std::get_if<ReportNew>(&planned.step))
      paths.insert(paths.end(), watch->paths.begin(), watch->paths.end());
  return paths;
}

Result<Plan> plan_tried(const Wanted& wanted, RealHost& host) {
  auto plan = TRY(plan_wanted(wanted, host));
  return try_until_settled(std::move(plan), wanted, host);
}

}  // namespace snug
