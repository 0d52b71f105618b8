// poll(2) over a few descriptors and deadlines, each with the member function that is called for it. Every
// process that supervises, or relays for the caller, waits with it.
//
// A source says before each wait what it waits for, so that this is written down in no second place that
// could be out of date. The vectors grow with the sources, and no wait allocates.
//
// Not epoll(7), which the processes with many connections use (network/epoll_loop.h): it takes no regular
// file, such as a caller's standard input, and goes on to report a descriptor that was closed here while a
// forked child still has it.
#pragma once

#include <poll.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <type_traits>
#include <vector>

namespace snug::sys {

// The time, and the wait for descriptors until then. A test has its own, in which no time passes.
class PollClock {
 public:
  using Time = std::chrono::steady_clock::time_point;

  virtual ~PollClock() = default;
  virtual Time now() const { return std::chrono::steady_clock::now(); }
  // As poll(2).
  virtual int wait(pollfd* polls, std::size_t count, int timeout_ms) {
    return poll(polls, count, timeout_ms);
  }

  // The machine's.
  static PollClock& real();
};

class Poller;

class PollSource {
 public:
  virtual ~PollSource() = default;
  // Names what it waits for at this moment, by Poller::on() and Poller::at().
  virtual void add_to(Poller& poller) = 0;
};

class Poller {
 public:
  using Time = PollClock::Time;

  explicit Poller(PollClock& clock = PollClock::real()) : clock_{clock} {}
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  Time now() const { return clock_.now(); }

  // In add_to(): `kHandle` of `object` is called, with poll's events where it takes them, once `fd` has one
  // of `events` or an error. A negative descriptor is not waited for.
  template<auto kHandle, class T>
  void on(int fd, int events, T& object) {
    add(fd, events, {&object, &call<kHandle, T>});
  }
  // The same for a time. The handler asks again whether it is late enough: what came with the same wait may
  // have moved its deadline.
  template<auto kHandle, class T>
  void at(std::optional<Time> time, T& object) {
    add(time, {&object, &call<kHandle, T>});
  }
  // These end the wait only, for whoever looks for itself between wait() and tell().
  void wake_on(int fd, int events) { add(fd, events, {}); }
  void wake_at(std::optional<Time> time) { add(time, {}); }

  // One round: asks `source`, waits, and calls the handlers: of deadlines first, then of descriptors in the
  // order in which they were named. A handler must not start a round of the same poller.
  void run_once(PollSource& source) {
    (void)wait(source);
    tell();
  }
  // The two halves of a round. wait() returns how many descriptors have something.
  int wait(PollSource& source);
  void tell();

 private:
  struct Handler {
    void* object{};
    void (*call)(void* object, int events){};
  };
  struct Deadline {
    Time time{};
    Handler handler{};
  };

  template<auto kHandle, class T>
  static void call(void* object, int events) {
    T& target = *static_cast<T*>(object);
    if constexpr (std::is_invocable_v<decltype(kHandle), T&, int>)
      (target.*kHandle)(events);
    else
      (target.*kHandle)();
  }
  void add(int fd, int events, Handler handler);
  void add(std::optional<Time> time, Handler handler);
  int timeout_ms() const;

  PollClock& clock_;
  std::vector<pollfd> polls_;
  std::vector<Handler> handlers_;  // of each of polls_
  std::vector<Deadline> deadlines_;
};

// Waits for one descriptor and nothing else. False after `timeout_ms` (-1 for no bound), and where a signal
// came.
bool wait_until_ready(int fd, int events, int timeout_ms);

}  // namespace snug::sys
