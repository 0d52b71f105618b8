#include "session/planning.h"

#include <optional>
#include <utility>

#include "base/try.h"
#include "container/joined_network.h"
#include "session/trial.h"

namespace snug::session {

Result<image::Image> find_image(const spec::Spec& spec, const host::RealHost& host) {
  if (spec.image.value.empty())
    return fail({.step = "no image: neither the command line nor the profile names one",
                 .hint = "snug run host -- CMD uses this machine's own programs; snug help images tells what "
                         "an image can be"});
  auto image =
      image::load_image(spec.image.value, {.store = host.store_dir() + "/images", .cwd = host.caller().cwd});
  if (!image && image.error().origin.empty())
    image.error().origin = spec.image.origin.text;
  return image;
}

Result<Wanted> want(spec::Spec spec, const host::RealHost& host) {
  auto image = TRY(find_image(spec, host));
  return Wanted{.spec = std::move(spec), .image = std::move(image)};
}

Result<plan::Plan> plan_wanted(const Wanted& wanted, const host::RealHost& host) {
  const spec::Spec& spec = wanted.spec;
  std::optional<plan::JoinedNetwork> joined;
  if (spec.network.value == spec::NetworkMode::Container && spec.network_of) {
    auto found = container::joined_network(container::ContainerStore{host.store_dir()},
                                           spec.network_of->value, host.caller());
    if (!found) {
      found.error().origin = spec.network_of->origin.text;
      return tl::unexpected{std::move(found).error()};
    }
    joined = std::move(*found);
  }
  auto plan = plan::make_plan(spec, wanted.image, host, joined ? &*joined : nullptr);
  if (plan)
    plan->notes.insert(plan->notes.end(), wanted.notes.begin(), wanted.notes.end());
  return plan;
}

std::vector<std::string> watched_paths(const plan::Plan& plan) {
  std::vector<std::string> paths;
  for (const plan::PlannedStep& planned : plan.steps)
    if (const auto* watch = std::get_if<plan::ReportNew>(&planned.step))
      paths.insert(paths.end(), watch->paths.begin(), watch->paths.end());
  return paths;
}

Result<plan::Plan> plan_tried(const Wanted& wanted, host::RealHost& host) {
  auto plan = TRY(plan_wanted(wanted, host));
  return try_until_settled(std::move(plan), wanted, host);
}

}  // namespace snug::session
