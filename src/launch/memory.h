// Giving memory back while a payload runs for long.
#pragma once

#include <cstddef>
#include <utility>

#include "child/program.h"
#include "sys/poller.h"

namespace snug::launch {

// Drops the clean pages of snug's own executable from its resident set (they come back from the page cache
// when they are needed) and the stack's unused ones, trims the heap, and polls: both in one, because each
// page of code that is touched between them would bring its neighbours back. A static binary that has parsed
// options and a profile shows about 1.7 MiB of such pages.
int rest_and_poll(pollfd* polls, std::size_t count, int timeout_ms);

// Waits as any clock does, and once in that way where it was told to.
class RestingClock : public sys::PollClock {
 public:
  void rest_in_next_wait() { rest_ = true; }
  int wait(pollfd* polls, std::size_t count, int timeout_ms) override {
    return std::exchange(rest_, false) ? rest_and_poll(polls, count, timeout_ms)
                                       : sys::PollClock::wait(polls, count, timeout_ms);
  }

 private:
  bool rest_{};
};

// The same pages, for init to drop.
std::size_t clean_regions(child::Region* regions, std::size_t most);

// What init may drop when it only waits: the same pages, and the heap with all that was prepared for it.
// Returns how many.
std::size_t resting_regions(child::Region* regions, std::size_t most);

}  // namespace snug::launch
