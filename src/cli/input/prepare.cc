#include "cli/input/prepare.h"

#include <fmt/format.h>

#include "base/text.h"
#include "cli/input/flags_layer.h"
#include "cli/input/profile_files.h"
#include "container/joined_network.h"
#include "container/names.h"
#include "image/image.h"
#include "spec/merge.h"
#include "spec/profile_chain.h"
#include "spec/settings.h"
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

Result<PreparedRun> plan_run(Spec spec, Image image, const RealHost& host) {
  std::optional<JoinedNetwork> joined;
  if (spec.network.value == NetworkMode::Container && spec.network_of) {
    auto found = joined_network(ContainerStore{host.store_dir()}, spec.network_of->value, host.caller());
    if (!found) {
      found.error().origin = spec.network_of->origin.text;
      return tl::unexpected{std::move(found).error()};
    }
    joined = std::move(*found);
  }
  auto plan = make_plan(spec, image, host, joined ? &*joined : nullptr);
  if (!plan)
    return tl::unexpected{std::move(plan).error()};
  return PreparedRun{std::move(spec), std::move(image), std::move(*plan)};
}

}  // namespace

Result<PreparedRun> prepare_spec(Spec spec, const RealHost& host) {
  auto image = find_image(spec, host);
  if (!image)
    return tl::unexpected{std::move(image).error()};
  return plan_run(std::move(spec), std::move(*image), host);
}

void settle_name(RunOptions& run) {
  if (run.name || !run.detach.value_or(false))
    return;
  run.name = make_container_name();
  run.name_made = true;
}

Result<PreparedRun> prepare_run(const RunOptions& options, Command command, const RealHost& host) {
  auto spec = make_spec(options, command, host);
  if (!spec)
    return tl::unexpected{std::move(spec).error()};
  auto image = find_image(*spec, host);
  if (!image) {
    Error error = std::move(image).error();
    // "snug run nosuch --rm" and "snug explain example.org --network gate" are typed by habit.
    if (options.image && !options.command.empty() && options.command[0].starts_with('-'))
      error.hint += fmt::format("{}options stand before the image: {} would be the command",
                                error.hint.empty() ? "" : "; ", escape_control(options.command[0]));
    return fail(std::move(error));
  }
  auto run = plan_run(std::move(*spec), std::move(*image), host);
  if (run && !options.profile)
    note_project_profile(run->plan, host);
  return run;
}

Result<Plan> prepare_plan(const RunOptions& options, Command command, const RealHost& host) {
  return prepare_run(options, command, host).map([](PreparedRun&& run) { return std::move(run.plan); });
}

}  // namespace snug
