#include "sys/random_number.h"

#include <fmt/format.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>

namespace snug::sys {
namespace {

// The last step of splitmix64: numbers that are near each other give ones that are not.
std::uint64_t spread(std::uint64_t number) {
  number = (number ^ number >> 30) * 0xbf58476d1ce4e5b9;
  number = (number ^ number >> 27) * 0x94d049bb133111eb;
  return number ^ number >> 31;
}

std::uint64_t clock_number() {
  timespec now{};
  (void)clock_gettime(CLOCK_REALTIME, &now);
  const auto seconds = static_cast<std::uint64_t>(now.tv_sec), pid = static_cast<std::uint64_t>(getpid());
  return spread(spread(seconds * 1'000'000'000 + static_cast<std::uint64_t>(now.tv_nsec)) + pid);
}

}  // namespace

std::uint64_t random_number() {
  std::uint64_t number = 0;
  // Up to 256 bytes come whole once the pool is ready, and until then a signal may end the waiting.
  while (getrandom(&number, sizeof number, 0) < 0)
    if (errno != EINTR)
      return clock_number();
  return number;
}

std::string random_hex() {
  return fmt::format("{:016x}", random_number());
}

}  // namespace snug::sys
