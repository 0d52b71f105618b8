// `snug cp`: between the host and a container, by docker's rules for what lands where.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "files/tree_copy.h"

namespace snug::client {

// "NAME:PATH", or a path of the host: one that starts with "/" or ".", or has no colon. "-" is a stream.
struct CopyPlace {
  std::string container{};  // "" for the host
  std::string path{};
  bool operator==(const CopyPlace&) const = default;
};
CopyPlace parse_copy_place(std::string_view word);

// One end of a copy. Inside of a container everything is resolved as if `root` were "/"; on the host as any
// program would.
struct CopyEnd {
  bool inside{};
  int root{-1};
  std::string path{};
};

struct CopyOptions {
  bool follow{};  // the link that the source names, not those within it
  files::CopyRules rules{};
};

// A file to a file or into a directory; a directory as a new one, or into one that is there; with "/." at the
// end of the source what is in it.
Status copy_between(const CopyEnd& source, const CopyEnd& target, const CopyOptions& wishes);

// The source as a tar stream to `fd`, under its own name.
Status copy_to_stream(const CopyEnd& source, int fd, const CopyOptions& wishes);
// A tar stream from `fd` into a directory that is there.
Status copy_from_stream(int fd, const CopyEnd& target, const CopyOptions& wishes);

// An id of the host as it is called in this process's user namespace; nothing where it has none.
std::optional<files::FileOwner> owner_here(uid_t uid, gid_t gid);

}  // namespace snug::client
