#include "network/flow.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>

namespace snug {
namespace {

constexpr std::size_t kChunk = 1 << 20;
constexpr int kRounds = 16;
// Twice that, as socket(7) counts. Measured: half of it and thrice as much both cost the reader more.
constexpr int kLittle = 128 << 10;
constexpr std::chrono::milliseconds kNoPipe{20};

ssize_t move_bytes(int from, int to, std::size_t most) {
  ssize_t n = 0;
  do n = splice(from, nullptr, to, nullptr, most, SPLICE_F_NONBLOCK | SPLICE_F_MOVE);
  while (n < 0 && errno == EINTR);
  return n;
}

}  // namespace

void no_delay(int fd) {
  const int on = 1;
  (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

void queue_little(int fd) {
  (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &kLittle, sizeof kLittle);
}

void reset_at_close(int fd) {
  const linger now{.l_onoff = 1, .l_linger = 0};
  (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

Flow::Progress Flow::pump(int from, int to, PipePool& pipes, Poller& poller, PollHandler& self) {
  if (done_)
    return Progress::Waits;
  for (int i = 0; i < kRounds; ++i) {
    const bool was_empty = held_ == 0;
    bool nothing_came = ended_;
    if (!ended_) {
      if (!pipe_ && !(pipe_ = pipes.take())) {
        poller.wake_at(Poller::Clock::now() + kNoPipe, self);
        return Progress::Waits;
      }
      const ssize_t n = move_bytes(from, pipe_.writes.get(), kChunk);
      if (n < 0 && errno != EAGAIN)
        return Progress::Failed;
      ended_ = n == 0;
      nothing_came = n <= 0;
      held_ += n > 0 ? static_cast<std::size_t>(n) : 0;
    }
    if (held_ > 0) {
      const ssize_t n = move_bytes(pipe_.reads.get(), to, held_);
      if (n < 0)
        return errno == EAGAIN ? Progress::Waits : Progress::Failed;
      held_ -= static_cast<std::size_t>(n);
      moved_ += static_cast<std::uint64_t>(n);
    }
    // A pipe that was full says EAGAIN too: only of an empty one it means that nothing is there.
    if (nothing_came && was_empty && held_ == 0)
      break;
    if (i + 1 == kRounds)
      return Progress::Goes;
  }
  release(pipes);
  if (ended_) {
    done_ = true;
    (void)shutdown(to, SHUT_WR);
  }
  return Progress::Waits;
}

void Flow::release(PipePool& pipes) {
  if (pipe_)
    pipes.give_back(std::exchange(pipe_, {}));
}

}  // namespace snug
