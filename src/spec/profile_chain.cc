#include "spec/profile_chain.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/path.h"
#include "base/text.h"
#include "base/try.h"
#include "spec/shipped.h"
#include "spec/target.h"

namespace snug::spec {
namespace {

constexpr std::size_t kMaxDepth = 16;

bool is_path(std::string_view reference) {
  return reference.find('/') != std::string_view::npos || reference.ends_with(".toml");
}

// A profile that has been found but not read. Equal where it is the same profile.
struct Found {
  ProfileKind kind{};
  std::string name{};
  std::string path{};
  bool operator==(const Found&) const = default;
};

const ShippedProfile* find_shipped(std::string_view name) {
  const auto shipped = shipped_profiles();
  const auto found = std::ranges::find(shipped, name, &ShippedProfile::name);
  return found == shipped.end() ? nullptr : &*found;
}

Found user_profile(const ProfilePlaces& places, std::string_view name) {
  return {.kind = ProfileKind::User,
          .name = std::string{name},
          .path = join_path(places.user_directory, std::string{name} + ".toml")};
}

tl::unexpected<Error> no_such_profile(std::string_view name, const std::vector<std::string>& user_names) {
  std::vector<std::string_view> names(user_names.begin(), user_names.end());
  for (const ShippedProfile& shipped : shipped_profiles()) names.push_back(shipped.name);
  const std::string_view meant = nearest(name, names);
  return fail({.step = fmt::format("there is no profile named \"{}\"", escape_control(name)),
               .hint = meant.empty()
                           ? "snug profile ls shows the profiles; a file is named by a path: ./snug.toml"
                           : fmt::format("did you mean \"{}\"?", escape_control(meant))});
}

Result<Found> find_named(std::string_view name, const ProfilePlaces& places, const ProfileSource& source) {
  const auto user_names = TRY(source.user_names());
  if (std::ranges::find(user_names, name) != user_names.end())
    return user_profile(places, name);
  if (find_shipped(name))
    return Found{.kind = ProfileKind::Shipped, .name = std::string{name}};
  return no_such_profile(name, user_names);
}

// The places where what is named by `extends` may be, as profile_chain.h tells.
Result<Found> find_extended(const Found& by, std::string_view name, const ProfilePlaces& places,
                            const ProfileSource& source) {
  if (by.kind == ProfileKind::Shipped || (by.kind == ProfileKind::User && name == by.name)) {
    if (find_shipped(name))
      return Found{.kind = ProfileKind::Shipped, .name = std::string{name}};
    return no_such_profile(name, {});
  }
  if (!is_path(name))
    return find_named(name, places, source);
  if (by.kind != ProfileKind::User)
    return fail({.step = fmt::format("extends: \"{}\" is a file", escape_control(name)),
                 .hint = fmt::format("only a profile in {} may extend a file; name a profile",
                                     escape_control(places.user_directory))});
  std::string_view beside = name;
  while (beside.starts_with("./")) beside.remove_prefix(2);
  if (beside.find('/') != std::string_view::npos || !beside.ends_with(".toml"))
    return fail({.step = fmt::format("extends: \"{}\" is not beside this profile", escape_control(name)),
                 .hint = "write the name of a profile, or of a .toml file in the same directory"});
  beside.remove_suffix(5);
  return user_profile(places, beside);
}

Result<Found> find_profile(std::string_view reference, const ProfilePlaces& places,
                           const ProfileSource& source) {
  if (!is_path(reference))
    return find_named(reference, places, source);
  const std::string path = host_path(places.cwd, reference);
  // The user's own profile is that, however it is named.
  if (parent_path(path) == places.user_directory && path.ends_with(".toml"))
    return user_profile(places, file_name(path).substr(0, file_name(path).size() - 5));
  return Found{.kind = ProfileKind::File, .name = std::string{reference}, .path = path};
}

// A shipped profile that shares "." was written for a project. In a home directory, or above it, it would
// share everything that the user has.
Status check_working_directory(const Found& found, const ProfileFile& file, const ProfilePlaces& places) {
  if (found.kind != ProfileKind::Shipped || !is_beneath(places.home, places.cwd))
    return {};
  for (const Mount& mount : file.profile.mounts)
    if (mount.source == places.cwd)
      return fail({.step = fmt::format("the profile \"{}\" shares the working directory, and {} is {} home "
                                       "directory",
                                       found.name, escape_control(places.cwd),
                                       places.cwd == places.home ? "your" : "above your"),
                   .origin = mount.origin.text,
                   .hint = "change to the directory of a project first"});
  return {};
}

Result<ProfileFile> read_profile(const Found& found, const ProfilePlaces& places, const ProfileSource& source,
                                 Purpose purpose) {
  if (found.kind == ProfileKind::Shipped) {
    auto file = parse_profile(find_shipped(found.name)->text,
                              {.file = found.name + ".toml", .directory = places.cwd, .home = places.home});
    if (file && purpose == Purpose::Run)
      TRY(check_working_directory(found, *file, places));
    return file;
  }
  const auto text = TRY(source.read(found.path));
  // Errors name a file as it was typed, which is how the user knows it.
  return parse_profile(text, {.file = found.kind == ProfileKind::File ? found.name : found.path,
                              .directory = parent_path(found.path),
                              .home = places.home});
}

ProfileLayer make_layer(const Found& found, ProfileFile file) {
  return {.name = found.name,
          .kind = found.kind,
          .path = found.path,
          .description = std::move(file.description),
          .profile = std::move(file.profile)};
}

std::string show_chain(const std::vector<Found>& chain, const Found& last) {
  std::string text;
  for (const Found& found : chain) text += escape_control(found.name) + " → ";
  return text + escape_control(last.name);
}

Status check_chain(const std::vector<Found>& chain, const Found& next, const std::string& origin) {
  if (std::ranges::find(chain, next) != chain.end())
    return fail({.step = fmt::format("profiles extend each other in a circle: {}", show_chain(chain, next)),
                 .origin = origin,
                 .hint = "take one extends out"});
  if (chain.size() == kMaxDepth)
    return fail({.step = fmt::format("more than {} profiles extend each other: {}", kMaxDepth,
                                     show_chain(chain, next)),
                 .origin = origin});
  return {};
}

}  // namespace

Result<LoadedProfile> load_profile(std::string_view reference, const ProfilePlaces& places,
                                   const ProfileSource& source) {
  const auto found = TRY(find_profile(reference, places, source));
  auto file = TRY(read_profile(found, places, source, Purpose::Show));
  auto extends = std::move(file.extends);
  return LoadedProfile{.layer = make_layer(found, std::move(file)), .extends = std::move(extends)};
}

Result<std::vector<ProfileLayer>> load_profile_chain(std::string_view reference, const ProfilePlaces& places,
                                                     const ProfileSource& source, Purpose purpose) {
  std::vector<Found> chain;
  std::vector<ProfileLayer> layers;
  auto found = find_profile(reference, places, source);
  std::string origin;
  for (;;) {
    if (!found) {
      auto error = found.error();
      if (error.origin.empty())
        error.origin = origin;
      return fail(std::move(error));
    }
    TRY(check_chain(chain, *found, origin));
    chain.push_back(*found);
    auto file = read_profile(*found, places, source, purpose);
    if (!file) {
      auto error = file.error();
      if (error.origin.empty())
        error.origin = origin;
      return fail(std::move(error));
    }
    const auto extends = file->extends;
    layers.push_back(make_layer(*found, *std::move(file)));
    if (!extends)
      break;
    origin = extends->origin.text;
    found = find_extended(chain.back(), extends->value, places, source);
  }
  std::ranges::reverse(layers);
  return layers;
}

std::vector<Profile> profiles_of(std::vector<ProfileLayer> layers) {
  std::vector<Profile> profiles;
  profiles.reserve(layers.size());
  for (ProfileLayer& layer : layers) profiles.push_back(std::move(layer.profile));
  return profiles;
}

}  // namespace snug::spec
