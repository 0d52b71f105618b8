// Descriptors of a process beside the sandbox.
#pragma once

#include <vector>

namespace snug {

// Closes every descriptor but these.
void close_others(std::vector<int> kept);

}  // namespace snug
