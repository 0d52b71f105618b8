// Descriptors of a process beside the sandbox.
#pragma once

#include <vector>

namespace snug::network {

// Closes every descriptor but these.
void close_others(std::vector<int> kept);

}  // namespace snug::network
