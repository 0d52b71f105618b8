#include "sys/parallel.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <vector>

namespace parallel_test {

using namespace snug;
using namespace snug::sys;

namespace {

// Is each index worked on, and once?
bool each_once(std::size_t count, std::size_t count_per_thread) {
  std::vector<std::atomic<int>> seen(count);
  for_each_index(count, count_per_thread, [&](std::size_t i) { ++seen[i]; });
  return std::ranges::all_of(seen, [](const std::atomic<int>& times) { return times == 1; });
}

}  // namespace

TEST_CASE("work that is shared among threads is done once each") {
  for (const std::size_t count : {0, 1, 63, 64, 129, 5000}) {
    CAPTURE(count);
    CHECK(each_once(count, 64));
    CHECK(each_once(count, 0));
  }
}

TEST_CASE("without threads the caller does it all") {
  const pid_t child = fork();
  if (child == 0) {
    const rlimit none{1, 1};
    _exit(setrlimit(RLIMIT_NPROC, &none) == 0 && each_once(5000, 1) ? 0 : 1);
  }
  int status = -1;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(status == 0);
}

}  // namespace parallel_test
