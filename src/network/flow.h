// Bytes one way between two sockets: many by splice(2), without a copy through this process, and few by a
// copy, which costs less than two splices.
#pragma once

#include <cstddef>
#include <cstdint>

#include "network/epoll_loop.h"
#include "network/pipe_pool.h"

namespace snug::network {

// A turn of one flow.
struct Way {
  bool moves{true};      // false: nothing is done
  std::uint32_t told{};  // what the poller has told of the reader just now, or 0
};

class Flow {
 public:
  enum class Progress { Waits, Goes, Failed };

  // Moves what there is. Waits: until the poller tells of either socket, or wakes `self` (no pipe was to be
  // had). Goes: there is more, and others have their turn. Once the reader has ended so is the writer told,
  // by shutdown(2), and the flow is done. Sockets are watched edge-triggered.
  Progress pump(int from, int to, Way way, PipePool& pipes, EpollLoop& poller, PollHandler& self);

  bool done() const { return done_; }
  // Bytes that the writer has not taken yet: its events matter, and otherwise the reader's alone do.
  bool holds() const { return held_ > 0; }
  std::uint64_t moved() const { return moved_; }  // bytes, to the writer

 private:
  enum class Copied { All, Part, Failed };
  Copied copy(int from, int to, bool short_is_all);
  Progress splice_on(int from, int to);
  void release(PipePool& pipes);

  // They are in the pipe between being read and being written.
  Pipe pipe_{};
  std::size_t held_{};
  std::uint64_t moved_{};
  bool ended_{};  // the reader has seen the end
  bool done_{};   // and the writer was told
  bool many_{};   // came at once when bytes came last
};

// Events for both sockets of a flow: each is read and written until it waits, and tells when it no longer
// does.
constexpr std::uint32_t kFlowEvents = EPOLLIN | EPOLLOUT | EPOLLPRI | EPOLLRDHUP | EPOLLET;

// What is small goes at once: a relay must not add to the wait.
void no_delay(int fd);
// For a socket whose other end is on this machine: no more is queued to be sent than the processor's cache
// holds until it is read. A long queue is for long ways.
void queue_little(int fd);
// Whoever is still there is told by a reset that it was no orderly end.
void reset_at_close(int fd);

}  // namespace snug::network
