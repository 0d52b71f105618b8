// A profile's text becomes one layer of settings. Nothing is looked at on the disk.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "spec/settings.h"

namespace snug::spec {

// Where a profile's text comes from and what its paths are relative to.
struct ProfilePlace {
  std::string file{};       // as errors name it; its last part is the origin of every value
  std::string directory{};  // absolute; relative sources and images are below it
  std::string home{};       // absolute; what "~/" stands for
};

struct ProfileFile {
  std::string description{};  // the first line of the comment at the top
  Maybe<std::string> extends{};
  Profile profile{};
  bool operator==(const ProfileFile&) const = default;
};

// Errors begin "FILE:LINE:COLUMN: key: "; the first one in the order of the file is told.
Result<ProfileFile> parse_profile(std::string_view text, const ProfilePlace& place);

}  // namespace snug::spec
