// Whether anybody counts on a controller.
#pragma once

#include <string>
#include <vector>

namespace snug::cgroup {

// Has one of the groups in the group at `path`, `but` apart, a limit, a weight or a protection of these
// controllers that is not what a new group has? What cannot be read counts as one.
bool has_limited_child(const std::string& path, const std::string& but,
                       const std::vector<std::string>& controllers);

}  // namespace snug::cgroup
