#include "network/pipe_pool.h"

#include <fcntl.h>

namespace snug::network {
namespace {

// More bytes with each call. Beyond what the user may have (fs.pipe-user-pages-soft) a pipe keeps its 64 KiB.
constexpr int kSize = 256 << 10;
constexpr std::size_t kMostIdle = 64;

}  // namespace

Pipe PipePool::take() {
  if (!idle_.empty()) {
    Pipe pipe = std::move(idle_.back());
    idle_.pop_back();
    return pipe;
  }
  int ends[2];
  if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
    return {};
  (void)fcntl(ends[0], F_SETPIPE_SZ, kSize);
  return {UniqueFd{ends[0]}, UniqueFd{ends[1]}};
}

void PipePool::give_back(Pipe pipe) {
  if (idle_.size() < kMostIdle)
    idle_.push_back(std::move(pipe));
}

}  // namespace snug::network
