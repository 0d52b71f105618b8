// Where a process is among the control groups of version 2: cgroups(7),
// Documentation/admin-guide/cgroup-v2.rst.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace snug::cgroup {

struct Place {
  std::string mount{};  // where the hierarchy is mounted
  std::string dir{};    // the process's own group, below the mount
  bool operator==(const Place&) const = default;
};

// The group of version 2 in the text of /proc/PID/cgroup, from the hierarchy's root; "" where there is none.
std::string_view own_path(std::string_view cgroup);

// From the text of /proc/PID/cgroup and of /proc/self/mountinfo. Fails with what is missing: a mounted
// version 2, or a group that can be seen from here.
Result<Place> locate(std::string_view cgroup, std::string_view mountinfo);

// This process's own.
Result<Place> own_place();

// The words of cgroup.controllers, cgroup.subtree_control and the like. Empty where the file cannot be read.
std::vector<std::string> read_words(const std::string& path);

// Whether the group is in the tree of systemd's manager of a user, its own group included.
bool below_user_manager(std::string_view dir);

}  // namespace snug::cgroup
