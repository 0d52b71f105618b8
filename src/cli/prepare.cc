#include "cli/prepare.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

#include "cli/flags_layer.h"
#include "cli/profile_files.h"
#include "image/image.h"
#include "spec/merge.h"
#include "spec/profile_chain.h"
#include "spec/validate.h"

namespace snug {
namespace {

// A project's own profile counts only where it was asked for: a cloned repository must not be able to open
// anything by being entered. Who meets one is told, once, that it was left alone.
void note_project_profile(Plan& plan, const RealHost& host) {
  if (const auto found = find_project_profile(host))
    plan.notes.push_back(
        {fmt::format("{} was found and left alone: use it with --profile {}", *found, *found)});
}

Result<Spec> make_spec(const RunOptions& options, Command command, const RealHost& host) {
  const FileProfileSource source{host};
  auto chain = load_profile_chain(options.profile.value_or("default"), profile_places(host), source);
  if (!chain)
    return tl::unexpected{std::move(chain).error()};
  auto flags = flags_layer(options, command, host);
  if (!flags)
    return tl::unexpected{std::move(flags).error()};
  std::vector<Profile> layers = profiles_of(std::move(*chain));
  layers.push_back(std::move(*flags));
  Spec spec = merge_layers(layers);
  if (Status status = validate(spec); !status)
    return tl::unexpected{std::move(status).error()};
  return spec;
}

}  // namespace

Result<Plan> prepare_plan(const RunOptions& options, Command command, const RealHost& host) {
  auto spec = make_spec(options, command, host);
  if (!spec)
    return tl::unexpected{std::move(spec).error()};
  if (spec->image.value.empty())
    return fail({.step = "no image: neither the command line nor the profile names one",
                 .hint = "snug run host -- CMD uses this machine's own programs; snug help images tells what "
                         "an image can be"});
  auto image =
      load_image(spec->image.value, {.store = host.store_dir() + "/images", .cwd = host.caller().cwd});
  if (!image) {
    Error error = std::move(image).error();
    if (error.origin.empty())
      error.origin = spec->image.origin.text;
    return fail(std::move(error));
  }
  auto plan = make_plan(*spec, *image, host);
  if (plan && !options.profile)
    note_project_profile(*plan, host);
  return plan;
}

bool note_refused_overlay(const Plan& plan, const LaunchError& failure, RealHost& host) {
  if (!failure.step)
    return false;
  const auto* root = std::get_if<OverlayRoot>(&plan.steps[*failure.step].step);
  const int err = failure.error.err;
  if (!root || root->driver != OverlayDriver::Native || (err != EPERM && err != EINVAL && err != ENODEV))
    return false;
  host.note_overlay_failure(
      fmt::format("the kernel refuses its own overlay here ({})", strerrorname_np(err)));
  return true;
}

}  // namespace snug
