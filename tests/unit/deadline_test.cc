#include <catch2/catch.hpp>

#include "launch/end_deadline.h"

namespace deadline_test {

using namespace snug;
using namespace snug::launch;
using namespace std::chrono_literals;

namespace {
const EndDeadline::Time kStart{1h};
}  // namespace

TEST_CASE("without a deadline nothing is due, ever") {
  EndDeadline deadline;
  CHECK_FALSE(deadline.next());
  CHECK(deadline.due(EndDeadline::Time::max()) == EndAction::None);
}

TEST_CASE("what is to be killed is killed once, and not before its time") {
  EndDeadline deadline;
  deadline.kill_at(kStart + 300ms);
  CHECK(deadline.next() == kStart + 300ms);
  CHECK(deadline.due(kStart + 299ms) == EndAction::None);
  CHECK(deadline.due(kStart + 300ms) == EndAction::Kill);
  CHECK_FALSE(deadline.next());
  CHECK(deadline.due(kStart + 1h) == EndAction::None);
}

TEST_CASE("a timeout terminates, and kills what is there after the grace") {
  EndDeadline deadline;
  deadline.terminate_at(kStart + 5s, 2s);
  CHECK(deadline.due(kStart + 4s) == EndAction::None);
  CHECK(deadline.due(kStart + 5s) == EndAction::Terminate);
  CHECK(deadline.next() == kStart + 7s);
  CHECK(deadline.due(kStart + 6s) == EndAction::None);
  CHECK(deadline.due(kStart + 7s) == EndAction::Kill);
  CHECK_FALSE(deadline.next());
}

TEST_CASE("a timeout that is noticed late gives the whole grace all the same") {
  EndDeadline deadline;
  deadline.terminate_at(kStart, 2s);
  CHECK(deadline.due(kStart + 1h) == EndAction::Terminate);
  CHECK(deadline.next() == kStart + 1h + 2s);
}

TEST_CASE("a grace of nothing kills in the next round") {
  EndDeadline deadline;
  deadline.terminate_at(kStart, 0s);
  CHECK(deadline.due(kStart) == EndAction::Terminate);
  CHECK(deadline.due(kStart) == EndAction::Kill);
}

TEST_CASE("a payload that has ended is killed no more") {
  EndDeadline deadline;
  deadline.terminate_at(kStart, 2s);
  deadline.clear();
  CHECK_FALSE(deadline.next());
  CHECK(deadline.due(kStart + 1h) == EndAction::None);
}

TEST_CASE("a second signal during the set-up waits anew, and the timeout takes its place") {
  EndDeadline deadline;
  deadline.kill_at(kStart + 300ms);
  deadline.kill_at(kStart + 500ms);
  CHECK(deadline.due(kStart + 400ms) == EndAction::None);
  deadline.terminate_at(kStart + 1h, 1s);
  CHECK(deadline.due(kStart + 500ms) == EndAction::None);
  CHECK(deadline.due(kStart + 1h) == EndAction::Terminate);
  deadline.kill_at(kStart + 1h);
  CHECK(deadline.due(kStart + 1h) == EndAction::Kill);
}

}  // namespace deadline_test
