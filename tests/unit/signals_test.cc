#include "launch/signals.h"

#include <catch2/catch.hpp>
#include <utility>

namespace signals_test {

using namespace snug;
using namespace snug::launch;

namespace {

bool is_held(int signal) {
  sigset_t mask;
  REQUIRE(sigprocmask(SIG_SETMASK, nullptr, &mask) == 0);
  return sigismember(&mask, signal) == 1;
}

}  // namespace

TEST_CASE("signals are held back for as long as their holder lives") {
  REQUIRE_FALSE(is_held(SIGTERM));
  {
    const auto held = HeldSignals::hold();
    REQUIRE(held);
    CHECK(held->fd() >= 0);
    CHECK(is_held(SIGTERM));
    CHECK(sigismember(&held->caller_mask(), SIGTERM) == 0);
  }
  CHECK_FALSE(is_held(SIGTERM));
}

TEST_CASE("signals that were let go come through, and the holder may live on and be moved") {
  // A tree that is held refers to its holder for as long as it is there: launch/launch.cc.
  auto held = HeldSignals::hold();
  REQUIRE(held);
  HeldSignals kept{std::move(*held)};
  CHECK(is_held(SIGTERM));
  kept.let_go();
  CHECK_FALSE(is_held(SIGTERM));
  CHECK(kept.fd() == -1);
  // Nothing is put back once more at its end: what another holds by then stays held.
  const auto other = HeldSignals::hold();
  REQUIRE(other);
  kept.let_go();
  CHECK(is_held(SIGTERM));
}

}  // namespace signals_test
