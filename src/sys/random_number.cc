#include "sys/random_number.h"

#include <fmt/format.h>
#include <sys/random.h>

#include <cerrno>
#include <cstdlib>

namespace snug::sys {

std::uint64_t random_number() {
  std::uint64_t number = 0;
  // Up to 256 bytes come whole once the pool is ready, and until then a signal may end the waiting.
  while (getrandom(&number, sizeof number, 0) < 0)
    if (errno != EINTR)
      std::abort();
  return number;
}

std::string random_hex() {
  return fmt::format("{:016x}", random_number());
}

}  // namespace snug::sys
