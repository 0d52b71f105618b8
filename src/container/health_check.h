// When a container's health is asked for, and what the answers come to.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "container/record.h"

namespace snug::container {

enum class HealthAction {
  None,
  Check,   // run the command, and tell began() or ended()
  GiveUp,  // kill the command: it has run out of time
};

class HealthCheckRun {
 public:
  using Clock = std::chrono::steady_clock;

  explicit HealthCheckRun(std::optional<HealthCheck> check) : check_{std::move(check)} {}

  // The payload runs. The state from here on.
  Health start(Clock::time_point now);
  void stop() { next_.reset(), id_ = 0; }

  // When something is to be done: the next check, or the end of patience with one that runs.
  std::optional<Clock::time_point> next() const { return next_; }
  // What is to be done now. The answer is the same until began() or ended() is told.
  HealthAction due(Clock::time_point now) const;
  std::uint32_t id() const { return id_; }  // of the command that runs, 0 if none does
  const HealthCheck* check() const { return check_ ? &*check_ : nullptr; }

  void began(std::uint32_t id, Clock::time_point now);
  // It has ended, or could not begin, or ran out of time. The state after it.
  Health ended(bool good, Clock::time_point now);

 private:
  std::optional<HealthCheck> check_;
  std::optional<Clock::time_point> next_{};
  Clock::time_point started_{};
  std::uint32_t id_{};  // of the command that asks, 0 while none does
  std::uint64_t failures_{};
  Health health_{Health::None};
};

}  // namespace snug::container
