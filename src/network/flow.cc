#include "network/flow.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace snug::network {
namespace {

constexpr std::size_t kChunk = 1 << 20;
constexpr int kRounds = 16;
// What is less is copied. It fits into any pipe that is empty: to a user who has many the kernel gives a
// single page each.
constexpr std::size_t kFew = 4096;
// Twice that, as socket(7) counts. Measured: half of it and twice as much both cost the reader more.
constexpr int kLittle = 128 << 10;
constexpr std::chrono::milliseconds kNoPipe{20};

template<typename Call>
ssize_t retry(Call call) {
  ssize_t n = 0;
  do n = call();
  while (n < 0 && errno == EINTR);
  return n;
}

// A read that gets less than it asks for has got all, and need not be made again to see that: neither the end
// nor urgent data, at which it stops (tcp(7)), was there when the poller told, and what comes later is told.
bool leaves_nothing(std::uint32_t told) {
  return told != 0 && (told & (EPOLLPRI | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) == 0;
}

ssize_t move_bytes(int from, int to, std::size_t most) {
  return retry([&] { return splice(from, nullptr, to, nullptr, most, SPLICE_F_NONBLOCK | SPLICE_F_MOVE); });
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

// All that is there, or so much that there may be a lot. What the writer does not take is in the pipe.
Flow::Copied Flow::copy(int from, int to, bool short_is_all) {
  for (int i = 0; i < kRounds; ++i) {
    char bytes[kFew];
    const ssize_t n = retry([&] { return recv(from, bytes, sizeof bytes, 0); });
    if (n < 0)
      return errno == EAGAIN ? Copied::All : Copied::Failed;
    ended_ = n == 0;
    if (ended_)
      return Copied::All;
    const ssize_t sent = retry([&] { return send(to, bytes, static_cast<std::size_t>(n), MSG_NOSIGNAL); });
    if (sent < 0 && errno != EAGAIN)
      return Copied::Failed;
    moved_ += static_cast<std::uint64_t>(std::max<ssize_t>(sent, 0));
    held_ = static_cast<std::size_t>(n - std::max<ssize_t>(sent, 0));
    if (held_ > 0)
      return write(pipe_.writes.get(), bytes + n - held_, held_) == static_cast<ssize_t>(held_)
                 ? Copied::Part
                 : Copied::Failed;
    if (n == sizeof bytes)
      return Copied::Part;
    if (short_is_all)
      return Copied::All;
  }
  return Copied::Part;
}

// Waits with nothing held: nothing is there.
Flow::Progress Flow::splice_on(int from, int to) {
  std::size_t came = 0;
  for (int i = 0; i < kRounds; ++i) {
    const bool was_empty = held_ == 0;
    bool nothing_came = ended_;
    if (!ended_) {
      const ssize_t n = move_bytes(from, pipe_.writes.get(), kChunk);
      if (n < 0 && errno != EAGAIN)
        return Progress::Failed;
      ended_ = n == 0;
      nothing_came = n <= 0;
      held_ += n > 0 ? static_cast<std::size_t>(n) : 0;
      came += n > 0 ? static_cast<std::size_t>(n) : 0;
    }
    if (held_ > 0) {
      const ssize_t n = move_bytes(pipe_.reads.get(), to, held_);
      if (n < 0)
        return errno == EAGAIN ? Progress::Waits : Progress::Failed;
      held_ -= static_cast<std::size_t>(n);
      moved_ += static_cast<std::uint64_t>(n);
    }
    // A pipe that was full says EAGAIN too: only of an empty one it means that nothing is there.
    if (nothing_came && was_empty && held_ == 0) {
      many_ = came >= kFew;
      return Progress::Waits;
    }
  }
  return Progress::Goes;
}

Flow::Progress Flow::pump(int from, int to, Way way, PipePool& pipes, EpollLoop& poller, PollHandler& self) {
  if (done_ || !way.moves)
    return Progress::Waits;
  if (!ended_ && !pipe_ && !(pipe_ = pipes.take())) {
    poller.wake_at(EpollLoop::Clock::now() + kNoPipe, self);
    return Progress::Waits;
  }
  const Copied copied =
      !ended_ && !many_ && held_ == 0 ? copy(from, to, leaves_nothing(way.told)) : Copied::Part;
  if (copied == Copied::Failed)
    return Progress::Failed;
  const Progress progress = copied == Copied::All ? Progress::Waits : splice_on(from, to);
  if (progress != Progress::Waits || held_ > 0)
    return progress;
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

}  // namespace snug::network
