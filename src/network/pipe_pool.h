// Pipes for splice(2): one is needed only while bytes are on their way, so that a connection at rest costs
// none.
#pragma once

#include <vector>

#include "base/unique_fd.h"

namespace snug::network {

struct Pipe {
  UniqueFd reads{};
  UniqueFd writes{};
  explicit operator bool() const { return static_cast<bool>(reads); }
};

class PipePool {
 public:
  // An empty one, with errno, where there is none to be had.
  Pipe take();
  // It must be empty.
  void give_back(Pipe pipe);

 private:
  std::vector<Pipe> idle_;
};

}  // namespace snug::network
