// One control group that snug has made.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"

namespace snug::cgroup {

class Group {
 public:
  // Makes `name` in the group that `parent` has open.
  static Result<Group> make(int parent, const std::string& parent_path, const std::string& name);

  int dir() const { return dir_.get(); }  // -1 of one that was moved from
  const std::string& path() const { return path_; }

  // Removes it, once nothing is left in it: what was killed may take a moment to be gone. True where it is
  // gone.
  bool remove();

 private:
  Group(UniqueFd dir, std::string path) : dir_{std::move(dir)}, path_{std::move(path)} {}

  UniqueFd dir_;
  std::string path_;
};

// A file of the group that `dir` has open. Writing fails with the kernel's errno: cgroup-v2.rst says for each
// file what it takes.
Status write_to(int dir, const std::string& file, const std::string& value);
Result<std::string> read_from(int dir, const std::string& file);
bool has_file(int dir, const std::string& file);

// The names of the groups in the group.
std::vector<std::string> children_of(const std::string& path);

// The number behind `key` in a file of "key number" lines (memory.events, cpu.stat); nothing where it is not
// there.
std::optional<std::uint64_t> number_of(int dir, const std::string& file, std::string_view key);

}  // namespace snug::cgroup
