// A tree as a tar stream, and back. As in tree_copy.h neither the tree nor the stream is trusted.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/result.h"
#include "files/tar.h"
#include "files/tree_copy.h"

namespace snug::files {

struct ArchiveRules {
  // Mounts are not looked into: an empty directory or file stands for each (export). Else they are, but for
  // file systems of the kernel's own.
  bool one_file_system{};
  // What could not be read is told and left out; without it, it is an error.
  std::function<void(const std::string& path, int error)> unreadable{};
  std::function<void(const std::string& path, const char* why)> skipped{};
};

// What is in the directory `tree`, each under `prefix` and its path; with a prefix "d/" the directory itself
// as "d/" too.
Status archive_tree(int tree, const std::string& prefix, TarWriter& to, const ArchiveRules& rules);

// The entry `name` of `directory`, which is no directory itself, as `as`.
Status archive_file(int directory, const std::string& name, const std::string& as, TarWriter& to,
                    const ArchiveRules& rules);

struct ExtractRules {
  std::optional<FileOwner> owner{};  // nothing: as the stream says, where that id is one here
  std::function<void(const std::string& path, const char* why)> skipped{};
};

// Everything of the stream into the directory `target`. Nothing is written outside of it, nor through a link:
// names that are absolute or have a ".." in them are refused, and a link on the way to one is too. Files
// appear whole; devices and sockets are left out.
Status extract_archive(TarReader& from, int target, const ExtractRules& rules);

}  // namespace snug::files
