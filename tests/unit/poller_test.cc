#include "sys/poller.h"

#include <fcntl.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <string>

#include "base/unique_fd.h"
#include "support/pretend_clock.h"
#include "support/scratch_dir.h"

namespace poller_test {

using namespace snug;
using namespace snug::sys;
using std::chrono::milliseconds;

namespace {

struct Pipe {
  UniqueFd reads, writes;
  Pipe() {
    int ends[2];
    REQUIRE(pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0);
    reads.reset(ends[0]);
    writes.reset(ends[1]);
  }
  void put() { REQUIRE(write(writes.get(), "x", 1) == 1); }
};

// Waits for two pipes and two times, and writes down what it is told.
struct Source : PollSource {
  Pipe first{}, second{};
  std::optional<Poller::Time> early{}, late{};
  bool second_too{true};
  std::string told{};
  int events{};

  void add_to(Poller& poller) override {
    poller.at<&Source::on_late>(late, *this);
    poller.at<&Source::on_early>(early, *this);
    poller.on<&Source::on_first>(first.reads.get(), POLLIN, *this);
    poller.on<&Source::on_second>(second_too ? second.reads.get() : -1, POLLIN, *this);
  }
  void on_first(int seen) {
    told += '1';
    events = seen;
    take(first);
  }
  void on_second() {
    told += '2';
    take(second);
  }
  void on_early() { told += 'e', early.reset(); }
  void on_late() { told += 'l', late.reset(); }
  static void take(const Pipe& pipe) {
    char byte = 0;
    (void)!read(pipe.reads.get(), &byte, 1);
  }
};

}  // namespace

TEST_CASE("a handler is called for its descriptor, with what poll says of it") {
  PretendClock clock;
  Poller poller{clock};
  Source source;
  source.second.put();
  poller.run_once(source);
  CHECK(source.told == "2");
  source.first.put();
  poller.run_once(source);
  CHECK(source.told == "21");
  CHECK(source.events == POLLIN);
  source.first.writes.reset();
  poller.run_once(source);
  CHECK(source.events == POLLHUP);
}

TEST_CASE("handlers are called in the order in which they were named, deadlines first") {
  PretendClock clock;
  Poller poller{clock};
  Source source;
  source.second.put();
  source.first.put();
  source.early = clock.now();
  poller.run_once(source);
  CHECK(source.told == "e12");
}

TEST_CASE("a wait ends with the next deadline, and only that one's handler is called") {
  PretendClock clock;
  const auto start = clock.now();
  Poller poller{clock};
  Source source;
  source.late = start + milliseconds{500};
  source.early = start + milliseconds{20};
  poller.run_once(source);
  CHECK(source.told == "e");
  CHECK(clock.now() == start + milliseconds{20});
  poller.run_once(source);
  CHECK(source.told == "el");
  CHECK(clock.now() == start + milliseconds{500});
}

TEST_CASE("a deadline between two milliseconds is not told too early") {
  PretendClock clock;
  Poller poller{clock};
  Source source;
  source.early = clock.now() + std::chrono::microseconds{1500};
  poller.run_once(source);
  CHECK(source.told == "e");
  CHECK(clock.waits == 1);
}

TEST_CASE("what is not named for a wait is not told, though it was for the one before") {
  PretendClock clock;
  Poller poller{clock};
  Source source;
  source.first.put();
  poller.run_once(source);
  source.second_too = false;
  source.second.put();
  source.early = clock.now();
  poller.run_once(source);
  CHECK(source.told == "1e");
  CHECK(clock.waited_for == 1);
}

TEST_CASE("between the halves of a round the state may change, and wake-ups have no handler") {
  struct Woken : PollSource {
    Pipe pipe{};
    void add_to(Poller& poller) override {
      poller.wake_on(pipe.reads.get(), POLLIN);
      poller.wake_at(poller.now() + milliseconds{200});
    }
  } source;
  PretendClock clock;
  const auto start = clock.now();
  Poller poller{clock};
  CHECK(poller.wait(source) == 0);
  CHECK(clock.now() == start + milliseconds{200});
  poller.tell();
  source.pipe.put();
  CHECK(poller.wait(source) == 1);
  poller.tell();
}

TEST_CASE("a wait that a signal has ended tells nobody of a descriptor") {
  struct Interrupted : PretendClock {
    int wait(pollfd* polls, std::size_t count, int) override {
      for (std::size_t i = 0; i < count; ++i) polls[i].revents = POLLIN;
      return -1;
    }
  } clock;
  Poller poller{clock};
  Source source;
  CHECK(poller.wait(source) == 0);
  poller.tell();
  CHECK(source.told.empty());
}

TEST_CASE("a regular file can be waited for, as the standard input of a caller") {
  const ScratchDir dir;
  struct File : PollSource {
    UniqueFd fd;
    bool told{};
    void add_to(Poller& poller) override { poller.on<&File::on_file>(fd.get(), POLLIN, *this); }
    void on_file() { told = true; }
  } source;
  source.fd.reset(open((dir.path() / "input").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  REQUIRE(source.fd);
  PretendClock clock;
  Poller poller{clock};
  poller.run_once(source);
  CHECK(source.told);
}

TEST_CASE("the real clock waits for what is to come") {
  Pipe pipe;
  CHECK_FALSE(wait_until_ready(pipe.reads.get(), POLLIN, 0));
  pipe.put();
  CHECK(wait_until_ready(pipe.reads.get(), POLLIN, -1));
  Poller poller;
  Source source;
  source.early = poller.now() + milliseconds{1};
  poller.run_once(source);
  CHECK(source.told == "e");
}

}  // namespace poller_test
