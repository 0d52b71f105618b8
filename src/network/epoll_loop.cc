#include "network/epoll_loop.h"

#include <algorithm>
#include <cerrno>

namespace snug::network {

Result<EpollLoop> EpollLoop::make() {
  UniqueFd fd{epoll_create1(EPOLL_CLOEXEC)};
  if (!fd)
    return fail({.step = "make an epoll instance", .err = errno});
  return EpollLoop{std::move(fd)};
}

int EpollLoop::add(int fd, std::uint32_t events, PollHandler& handler) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &handler;
  return epoll_ctl(fd_.get(), EPOLL_CTL_ADD, fd, &event) == 0 ? 0 : errno;
}

void EpollLoop::remove(int fd) {
  (void)epoll_ctl(fd_.get(), EPOLL_CTL_DEL, fd, nullptr);
}

void EpollLoop::let_sleep(PollHandler& handler) {
  std::erase(soon_, &handler);
  std::erase_if(timed_, [&](const Timed& timed) { return timed.handler == &handler; });
}

void EpollLoop::discard(std::unique_ptr<PollHandler> handler) {
  let_sleep(*handler);
  discarded_.push_back(std::move(handler));
}

int EpollLoop::timeout() const {
  if (!soon_.empty())
    return 0;
  if (timed_.empty())
    return -1;
  const auto next = std::ranges::min(timed_, {}, &Timed::time).time;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - Clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000));
}

void EpollLoop::tell(PollHandler* handler, std::uint32_t events) {
  if (std::ranges::none_of(discarded_, [&](const auto& gone) { return gone.get() == handler; }))
    handler->on_events(events);
}

int EpollLoop::run_once() {
  epoll_event events[256];
  const int count = epoll_wait(fd_.get(), events, std::size(events), timeout());
  if (count < 0 && errno != EINTR)
    return errno;
  // Taken out first: who is woken may ask again.
  std::vector<PollHandler*> woken = std::exchange(soon_, {});
  const auto now = Clock::now();
  std::erase_if(timed_, [&](const Timed& timed) {
    if (timed.time <= now)
      woken.push_back(timed.handler);
    return timed.time <= now;
  });
  for (int i = 0; i < count; ++i) tell(static_cast<PollHandler*>(events[i].data.ptr), events[i].events);
  for (PollHandler* handler : woken) tell(handler, 0);
  discarded_.clear();
  return 0;
}

}  // namespace snug::network
