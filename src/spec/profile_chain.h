// A profile and all that it extends. Where texts come from is asked through ProfileSource, so that this
// module never touches the disk.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "spec/profile.h"

namespace snug::spec {

class ProfileSource {
 public:
  virtual ~ProfileSource() = default;

  // The text of a profile. `path` is absolute.
  virtual Result<std::string> read(const std::string& path) const = 0;

  // The names of the user's own profiles: NAME of every NAME.toml in the user directory.
  // None where there is no such directory; one that cannot be read is an error, since a shipped profile would
  // take the place of the user's own.
  virtual Result<std::vector<std::string>> user_names() const = 0;
};

// All absolute. `user_directory` is $XDG_CONFIG_HOME/snug/profiles.
struct ProfilePlaces {
  std::string cwd{};
  std::string home{};
  std::string user_directory{};
};

enum class ProfileKind { Shipped, User, File };

struct ProfileLayer {
  std::string name{};  // "dev"; for a file its path
  ProfileKind kind{ProfileKind::Shipped};
  std::string path{};  // "" for a shipped one
  std::string description{};
  Profile profile{};
};

// A run is refused where a shipped profile would share a whole home directory as "the directory of the
// project"; to show a profile is not.
enum class Purpose { Run, Show };

// `reference` is a path (it has a '/' or ends in ".toml"), else the name of a user's or a shipped profile,
// the user's first. Answers the layers base first, the one asked for last.
//
// What `extends` may name depends on who says it, so that nothing can be slipped under a profile: a shipped
// one names shipped ones; a user's names any, its own name for the shipped one of that name, or "FILE.toml"
// beside itself; any other file, which may have come with a cloned project, names user's and shipped ones.
Result<std::vector<ProfileLayer>> load_profile_chain(std::string_view reference, const ProfilePlaces& places,
                                                     const ProfileSource& source,
                                                     Purpose purpose = Purpose::Run);

// One profile alone, without what it extends: `profile show` and `profile check`.
struct LoadedProfile {
  ProfileLayer layer{};
  Maybe<std::string> extends{};
};
Result<LoadedProfile> load_profile(std::string_view reference, const ProfilePlaces& places,
                                   const ProfileSource& source);

// The profiles of the layers alone, for merge_layers.
std::vector<Profile> profiles_of(std::vector<ProfileLayer> layers);

}  // namespace snug::spec
