#include "sys/poller.h"

#include <algorithm>

namespace snug::sys {

PollClock& PollClock::real() {
  static PollClock clock;
  return clock;
}

void Poller::add(int fd, int events, Handler handler) {
  if (fd < 0)
    return;
  polls_.push_back({.fd = fd, .events = static_cast<short>(events), .revents = 0});
  handlers_.push_back(handler);
}

void Poller::add(std::optional<Time> time, Handler handler) {
  if (time)
    deadlines_.push_back({.time = *time, .handler = handler});
}

int Poller::timeout_ms() const {
  if (deadlines_.empty())
    return -1;
  const Time next = std::ranges::min(deadlines_, {}, &Deadline::time).time;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 1 << 30));
}

int Poller::wait(PollSource& source) {
  polls_.clear();
  handlers_.clear();
  deadlines_.clear();
  source.add_to(*this);
  const int ready = clock_.wait(polls_.data(), polls_.size(), timeout_ms());
  // EINTR: what the kernel left in revents is of no round.
  if (ready < 0)
    for (pollfd& entry : polls_) entry.revents = 0;
  return std::max(ready, 0);
}

void Poller::tell() {
  if (!deadlines_.empty()) {
    const Time time = now();
    for (const Deadline& deadline : deadlines_)
      if (deadline.time <= time && deadline.handler.call)
        deadline.handler.call(deadline.handler.object, 0);
  }
  for (std::size_t i = 0; i < polls_.size(); ++i)
    if (polls_[i].revents && handlers_[i].call)
      handlers_[i].call(handlers_[i].object, polls_[i].revents);
}

bool wait_until_ready(int fd, int events, int timeout_ms) {
  pollfd entry{.fd = fd, .events = static_cast<short>(events), .revents = 0};
  return poll(&entry, 1, timeout_ms) > 0;
}

}  // namespace snug::sys
