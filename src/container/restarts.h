// What follows a run of a container: the next one, after a delay, or nothing.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "container/record.h"

namespace snug::container {

struct EndedRun {
  int exit_code{};
  std::uint64_t restarts{};  // before this run
  bool stopped_by_user{};    // by stop or kill
  std::chrono::nanoseconds lasted{};
};

// docker's delays: twice as long each time, from a tenth of a second to a minute, and from the beginning
// again after a run of ten seconds.
class Restarts {
 public:
  explicit Restarts(RestartPolicy policy) : policy_{policy} {}

  // How long to wait before the next run. Returns nullopt if there is to be none.
  std::optional<std::chrono::milliseconds> after(const EndedRun& run);

 private:
  bool wanted(const EndedRun& run) const;

  RestartPolicy policy_;
  std::chrono::milliseconds delay_{kFirstDelay};

  static constexpr std::chrono::milliseconds kFirstDelay{100};
  static constexpr std::chrono::milliseconds kLongestDelay{60'000};
  static constexpr std::chrono::seconds kGoodRun{10};
};

}  // namespace snug::container
