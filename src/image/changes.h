// What a container has changed: its writable layer beside the layers of its image.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "base/file_kind.h"
#include "base/result.h"
#include "image/image.h"

namespace snug::image {

enum class ChangeKind { Added, Changed, Deleted };

struct Change {
  ChangeKind kind{};
  std::string path{};  // absolute inside; any bytes
  FileKind file{};     // what it is now; what it was, where it was deleted
  std::uint64_t size{};
  bool operator==(const Change&) const = default;
};

struct Changes {
  std::vector<Change> list{};  // by path, as docker has them
  // Directories and empty files of the upper layer that are no change: those that snug made to mount upon,
  // and those that are there only because something in them was looked at or changed and changed back.
  // Relative.
  std::set<std::string> left_out{};
};

// Mount points, and whatever else of the tree snug itself makes: normalised paths inside. Those above them
// are made with them.
struct OwnPlaces {
  std::set<std::string> places{};
  std::set<std::string> above{};
  void add(const std::string& path);
};

enum class Collect { List, LeftOutOnly };

// Reads the upper layer `upper`, which may be changing meanwhile: what vanishes is passed over.
Result<Changes> find_changes(int upper, const std::vector<Layer>& layers, const OwnPlaces& own,
                             Collect collect = Collect::List);

FileKind file_kind(mode_t mode);

}  // namespace snug::image
