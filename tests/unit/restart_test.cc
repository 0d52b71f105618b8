#include <catch2/catch.hpp>

#include "container/restarts.h"

namespace restart_test {

using namespace snug;
using namespace snug::container;
using namespace std::chrono_literals;

namespace {

std::vector<int> delays(Restarts& restarts, int count, EndedRun run = {.exit_code = 1}) {
  std::vector<int> all;
  for (int i = 0; i < count; ++i) {
    const auto delay = restarts.after(run);
    REQUIRE(delay);
    all.push_back(static_cast<int>(delay->count()));
    ++run.restarts;
  }
  return all;
}

}  // namespace

TEST_CASE("without a policy nothing is restarted") {
  Restarts restarts{RestartPolicy{}};
  CHECK_FALSE(restarts.after({.exit_code = 0}));
  CHECK_FALSE(restarts.after({.exit_code = 1}));
}

TEST_CASE("always means after success too") {
  Restarts restarts{{.when = RestartWhen::Always}};
  CHECK(restarts.after({.exit_code = 0}));
  CHECK(restarts.after({.exit_code = 1, .restarts = 1'000'000}));
}

TEST_CASE("on-failure means after failures only, and so often at most") {
  Restarts unbounded{{.when = RestartWhen::OnFailure}};
  CHECK_FALSE(unbounded.after({.exit_code = 0}));
  CHECK(unbounded.after({.exit_code = 125, .restarts = 1'000'000}));
  Restarts twice{{.when = RestartWhen::OnFailure, .most = 2}};
  CHECK(twice.after({.exit_code = 1, .restarts = 0}));
  CHECK(twice.after({.exit_code = 1, .restarts = 1}));
  CHECK_FALSE(twice.after({.exit_code = 1, .restarts = 2}));
}

TEST_CASE("who was stopped by the user stays stopped") {
  for (const RestartWhen when : {RestartWhen::OnFailure, RestartWhen::Always})
    CHECK_FALSE(Restarts{{.when = when}}.after({.exit_code = 143, .stopped_by_user = true}));
}

TEST_CASE("the delay doubles from a tenth of a second to a minute") {
  Restarts restarts{{.when = RestartWhen::Always}};
  CHECK(delays(restarts, 12) ==
        std::vector{100, 200, 400, 800, 1600, 3200, 6400, 12800, 25600, 51200, 60000, 60000});
}

TEST_CASE("a run of ten seconds brings the first delay back, a shorter one does not") {
  Restarts restarts{{.when = RestartWhen::Always}};
  CHECK(delays(restarts, 3) == std::vector{100, 200, 400});
  CHECK(delays(restarts, 1, {.lasted = 9999ms}) == std::vector{800});
  CHECK(delays(restarts, 1, {.lasted = 10s}) == std::vector{100});
  CHECK(delays(restarts, 1) == std::vector{200});
}

}  // namespace restart_test
