// Copying trees of which neither side is trusted: what is read may be hostile and change meanwhile, and where
// it is written to somebody hostile may be putting links in the way. Everything goes by descriptor and name,
// no link is followed, nothing but regular files is opened, and depth costs neither stack nor descriptors.
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"

namespace snug::files {

struct FileOwner {
  uid_t uid{};
  gid_t gid{};
  bool operator==(const FileOwner&) const = default;
};

struct CopyRules {
  // The source is an overlay's upper layer: its whiteouts are written in the kernel's dialect, its notes are
  // not.
  bool layer{};
  std::set<std::string> left_out{};  // paths relative to the top of the source, with all that is below

  // Who owns what is made; nothing: as the source has it.
  std::optional<FileOwner> owner{};
  bool owner_may_fail{};  // an owner that has no id here is left as it comes
  mode_t mode_bits{07777};
  bool attributes{true};  // user.*, ACLs and file capabilities
  bool fifos{true};
  // What is there by the same name is replaced, directories are merged. Else nothing may be there.
  bool replace{};
  // Told of what was not copied: devices, sockets. A path relative to the top of the source, and why.
  std::function<void(const std::string& path, const char* why)> skipped{};
  // Asked before an entry is copied; an error ends it all.
  std::function<Status(const std::string& path)> check{};
};

// What is in the directory `source` into the directory `target`, which keeps its own mode and owner.
Status copy_tree(int source, int target, const CopyRules& rules);

// The entry `name` of the directory `source` as `as` of the directory `target`: a file, a link, a whole
// directory.
Status copy_entry(int source, const std::string& name, int target, const std::string& as,
                  const CopyRules& rules);

// A name for something that is not finished: ".snug-" and 16 hexadecimal digits.
std::string unfinished_name();

// Where a file made by tree_copy or from an archive gets its name: over anything but a directory. 0 or an
// errno.
int put_in_place(int directory, const std::string& from, const std::string& name, bool replace);

}  // namespace snug::files
