#include "sys/parallel.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <system_error>
#include <thread>
#include <vector>

namespace snug::sys {
namespace {

// More would wait for each other: in the kernel for the directory's lock, here for memory.
constexpr std::size_t kMostThreads = 8;

std::size_t usable_processors() {
  cpu_set_t set;
  return sched_getaffinity(0, sizeof set, &set) == 0 ? static_cast<std::size_t>(CPU_COUNT(&set)) : 1;
}

}  // namespace

void for_each_index(std::size_t count, std::size_t count_per_thread,
                    const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next{0};
  const auto run = [&] {
    for (std::size_t i = next++; i < count; i = next++) work(i);
  };
  std::size_t threads = count / std::max<std::size_t>(count_per_thread, 1);
  if (threads > 1)
    threads = std::min({threads, usable_processors(), kMostThreads});
  std::vector<std::jthread> others;
  try {
    while (others.size() + 1 < threads) others.emplace_back(run);
  } catch (const std::system_error&) {
    // What there is does it all.
  }
  run();
}

}  // namespace snug::sys
