// epoll(7) for many descriptors, each with an object that is told of its events.
#pragma once

#include <sys/epoll.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"

namespace snug::network {

class PollHandler {
 public:
  virtual ~PollHandler() = default;
  // EPOLLIN and the like of one of its descriptors, or 0 where it had asked to be woken.
  virtual void on_events(std::uint32_t events) = 0;
};

class EpollLoop {
 public:
  using Clock = std::chrono::steady_clock;

  static Result<EpollLoop> make();

  // The errno of epoll_ctl(2), or 0. A descriptor that is closed is forgotten by the kernel.
  int add(int fd, std::uint32_t events, PollHandler& handler);
  void remove(int fd);

  // on_events(0) once, after this round: for who stopped in the middle so that others have their turn.
  void wake_soon(PollHandler& handler) { soon_.push_back(&handler); }
  // on_events(0) once, not before `time`.
  void wake_at(Clock::time_point time, PollHandler& handler) { timed_.push_back({time, &handler}); }

  // It is no longer to be woken.
  void let_sleep(PollHandler& handler);

  // Destroyed once no event of this round can name it any more. It gets none from now on.
  void discard(std::unique_ptr<PollHandler> handler);

  // One round: waits, and tells. Only EINTR and events end it; an errno says that there is no going on.
  int run_once();

 private:
  explicit EpollLoop(UniqueFd fd) : fd_{std::move(fd)} {}
  int timeout() const;
  void tell(PollHandler* handler, std::uint32_t events);

  struct Timed {
    Clock::time_point time{};
    PollHandler* handler{};
  };
  UniqueFd fd_;
  std::vector<PollHandler*> soon_;
  std::vector<Timed> timed_;
  std::vector<std::unique_ptr<PollHandler>> discarded_;
};

}  // namespace snug::network
