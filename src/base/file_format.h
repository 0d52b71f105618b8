// The version of a file that snug writes, and the one sentence about a file that is newer than this snug.
//
// The rule, for every such file: it says its version. An older version is read: what it does not have takes
// its default, what it has and nobody wants any more is passed over. The own version is read to the letter. A
// newer version is refused by name, since nobody knows what it means.
#pragma once

#include <cerrno>
#include <string>
#include <string_view>

#include "base/result.h"

namespace snug {

struct FileFormat {
  // Counted up with each change of what is written.
  unsigned version{};
  // The first release of snug that writes this version, "0.2". It stands in the file, so that a release that
  // does not know the version can say which one does.
  std::string_view since{};
};

// err of newer_format(); never printed.
constexpr int kNewerFormat = EOPNOTSUPP;

// "FILE was written by snug 0.3 or later"; `since` as the file has it, whatever that is.
Error newer_format(std::string_view file, std::string_view since);

}  // namespace snug
