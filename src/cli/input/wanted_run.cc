#include "cli/input/wanted_run.h"

#include <fmt/format.h>

#include "base/text.h"
#include "base/try.h"
#include "cli/input/flags_layer.h"
#include "cli/input/profile_files.h"
#include "container/names.h"
#include "spec/merge.h"
#include "spec/profile_chain.h"
#include "spec/validate.h"

namespace snug::cli {
namespace {

// A project's own profile counts only where it was asked for: a cloned repository must not be able to open
// anything by being entered. Who meets one is told, once, that it was left alone.
void note_project_profile(session::Wanted& wanted, const host::RealHost& host) {
  if (const auto found = find_project_profile(host))
    wanted.notes.push_back(
        {fmt::format("{} was found and left alone: use it with --profile {}", *found, *found)});
}

Result<spec::Spec> make_spec(const RunOptions& options, const host::RealHost& host) {
  const FileProfileSource source{host};
  auto chain =
      TRY(spec::load_profile_chain(options.profile.value_or("default"), profile_places(host), source));
  auto flags = TRY(flags_layer(options, host));
  std::vector<spec::Profile> layers = spec::profiles_of(std::move(chain));
  layers.push_back(std::move(flags));
  spec::Spec spec = spec::merge_layers(layers);
  TRY(spec::validate(spec));
  return spec;
}

}  // namespace

void settle_name(RunOptions& run) {
  if (run.name || !run.detach.value_or(false))
    return;
  run.name = container::make_container_name();
  run.name_made = true;
}

Result<session::Wanted> wanted_run(const RunOptions& options, const host::RealHost& host) {
  auto spec = TRY(make_spec(options, host));
  auto wanted = session::want(std::move(spec), host);
  if (!wanted) {
    Error error = std::move(wanted).error();
    // "snug run nosuch --rm" and "snug explain example.org --network gate" are typed by habit.
    if (options.image && !options.command.empty() && options.command[0].starts_with('-'))
      error.hint += fmt::format("{}options stand before the image: {} would be the command",
                                error.hint.empty() ? "" : "; ", escape_control(options.command[0]));
    return fail(std::move(error));
  }
  if (!options.profile)
    note_project_profile(*wanted, host);
  return wanted;
}

}  // namespace snug::cli
