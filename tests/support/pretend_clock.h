// A clock for a poller in which no time passes by itself: a wait for a deadline ends at once, later by what
// was to be waited for.
#pragma once

#include <catch2/catch.hpp>
#include <chrono>

#include "sys/poller.h"

namespace snug {

class PretendClock : public sys::PollClock {
 public:
  Time now() const override { return now_; }
  int wait(pollfd* polls, std::size_t count, int timeout_ms) override {
    ++waits;
    waited_for = count;
    const int ready = poll(polls, count, 0);
    if (ready == 0 && timeout_ms < 0) {
      ++stalls;
      INFO("nothing is ready, and nothing ever will be");
      REQUIRE(may_stall);
    } else if (ready == 0) {
      now_ += std::chrono::milliseconds{timeout_ms};
    }
    return ready;
  }
  void pass(std::chrono::milliseconds time) { now_ += time; }

  int waits{};
  std::size_t waited_for{};  // descriptors of the last wait
  bool may_stall{};          // a wait that would never end is no failure: it ends, and is counted
  int stalls{};

 private:
  Time now_{std::chrono::hours{1}};
};

}  // namespace snug
