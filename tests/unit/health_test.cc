#include <catch2/catch.hpp>

#include "container/health_check.h"

namespace health_test {

using namespace snug;
using namespace snug::container;
using namespace std::chrono_literals;

namespace {

const HealthCheckRun::Clock::time_point kStart{1h};

HealthCheck check() {
  return {.command = "true", .interval_ms = 1000, .timeout_ms = 300, .retries = 2};
}

// One check at `now` with this end.
Health ask(HealthCheckRun& run, bool good, HealthCheckRun::Clock::time_point now) {
  REQUIRE(run.due(now) == HealthAction::Check);
  run.began(7, now);
  REQUIRE(run.id() == 7);
  return run.ended(good, now);
}

}  // namespace

TEST_CASE("without a health check nothing is ever due") {
  HealthCheckRun run{std::nullopt};
  CHECK(run.start(kStart) == Health::None);
  CHECK_FALSE(run.next());
  CHECK(run.due(kStart + 1h) == HealthAction::None);
}

TEST_CASE(
    "the first check comes an interval after the start, the next an interval after the last has ended") {
  HealthCheckRun run{check()};
  CHECK(run.start(kStart) == Health::Starting);
  CHECK(run.due(kStart + 999ms) == HealthAction::None);
  CHECK(run.due(kStart + 1s) == HealthAction::Check);
  run.began(1, kStart + 1s);
  CHECK(run.due(kStart + 1200ms) == HealthAction::None);
  CHECK(run.ended(true, kStart + 1200ms) == Health::Healthy);
  CHECK(run.next() == kStart + 2200ms);
}

TEST_CASE("a check that takes too long is given up, and counts as a failure") {
  HealthCheckRun run{check()};
  (void)run.start(kStart);
  run.began(3, kStart + 1s);
  CHECK(run.due(kStart + 1299ms) == HealthAction::None);
  CHECK(run.due(kStart + 1300ms) == HealthAction::GiveUp);
  CHECK(run.id() == 3);
  CHECK(run.ended(false, kStart + 1300ms) == Health::Starting);
  CHECK(run.id() == 0);
  CHECK(run.next() == kStart + 2300ms);
}

TEST_CASE("one success makes it healthy, so many failures in a row unhealthy") {
  HealthCheckRun run{check()};
  (void)run.start(kStart);
  CHECK(ask(run, true, kStart + 1s) == Health::Healthy);
  CHECK(ask(run, false, kStart + 2s) == Health::Healthy);
  CHECK(ask(run, true, kStart + 3s) == Health::Healthy);  // begins to count anew
  CHECK(ask(run, false, kStart + 4s) == Health::Healthy);
  CHECK(ask(run, false, kStart + 5s) == Health::Unhealthy);
  CHECK(ask(run, true, kStart + 6s) == Health::Healthy);
}

TEST_CASE("failures in the start period do not count, but after a success they do") {
  HealthCheck slow = check();
  slow.start_period_ms = 10'000;
  HealthCheckRun run{slow};
  (void)run.start(kStart);
  for (int i = 1; i < 10; ++i) CHECK(ask(run, false, kStart + i * 1s) == Health::Starting);
  CHECK(ask(run, false, kStart + 10s) == Health::Starting);
  CHECK(ask(run, false, kStart + 11s) == Health::Unhealthy);
  (void)run.start(kStart + 20s);
  CHECK(ask(run, true, kStart + 21s) == Health::Healthy);
  CHECK(ask(run, false, kStart + 22s) == Health::Healthy);
  CHECK(ask(run, false, kStart + 23s) == Health::Unhealthy);
}

TEST_CASE("a new run begins with nothing of the last one's health") {
  HealthCheckRun run{check()};
  (void)run.start(kStart);
  (void)ask(run, false, kStart + 1s);
  run.began(5, kStart + 2s);
  run.stop();
  CHECK(run.id() == 0);
  CHECK_FALSE(run.next());
  CHECK(run.start(kStart + 1h) == Health::Starting);
  CHECK(ask(run, false, kStart + 1h + 1s) == Health::Starting);
}

}  // namespace health_test
