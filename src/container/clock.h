// The time of day, for what is kept.
#pragma once

#include <cstdint>
#include <ctime>

namespace snug::container {

inline std::int64_t now_ns() {
  timespec now{};
  (void)clock_gettime(CLOCK_REALTIME, &now);  // cannot fail for this clock
  return now.tv_sec * std::int64_t{1'000'000'000} + now.tv_nsec;
}

}  // namespace snug::container
