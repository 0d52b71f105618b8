// Bytes between two sockets: a few are copied, many are spliced, and none is lost where one turns into the
// other.
#include "network/flow.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <string>

namespace flow_test {

using namespace snug;
using namespace snug::network;

namespace {

struct Nobody : PollHandler {
  void on_events(std::uint32_t) override {}
};

class Fixture {
 public:
  Fixture() : poller{*EpollLoop::make()} {
    for (UniqueFd* pair : {from, to}) {
      int ends[2];
      REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0);
      pair[0].reset(ends[0]);
      pair[1].reset(ends[1]);
    }
  }

  void say(const std::string& bytes) {
    REQUIRE(write(from[0].get(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
  }
  Flow::Progress pump(std::uint32_t told = 0) {
    return flow.pump(from[1].get(), to[0].get(), {.told = told}, pipes, poller, nobody);
  }
  // What has come out.
  std::string heard() {
    std::string bytes(1 << 20, '\0');
    const ssize_t n = read(to[1].get(), bytes.data(), bytes.size());
    bytes.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    return bytes;
  }
  // What of this the writer's own buffer takes.
  std::string fill() {
    std::string filled;
    while (write(to[0].get(), "filling", 7) == 7) filled += "filling";
    return filled;
  }

  UniqueFd from[2];
  UniqueFd to[2];
  PipePool pipes;
  EpollLoop poller;
  Nobody nobody;
  Flow flow;
};

std::string numbered(std::size_t size) {
  std::string bytes;
  for (int i = 0; bytes.size() < size; ++i) bytes += std::to_string(i) + ' ';
  bytes.resize(size);
  return bytes;
}

}  // namespace

TEST_CASE("a few bytes go at once, and then the end") {
  Fixture f;
  f.say("hello");
  REQUIRE(f.pump() == Flow::Progress::Waits);
  REQUIRE(f.heard() == "hello");
  REQUIRE(f.flow.moved() == 5);
  f.say("bye");
  f.from[0].reset();
  REQUIRE(f.pump() == Flow::Progress::Waits);
  REQUIRE(f.flow.done());
  REQUIRE(f.heard() == "bye");
  REQUIRE(f.flow.moved() == 8);
}

TEST_CASE("after a short read nothing is asked again, but where an end or urgent data may be there") {
  for (const std::uint32_t more : {EPOLLRDHUP, EPOLLHUP, EPOLLPRI, EPOLLERR}) {
    Fixture f;
    f.say("hello");
    f.from[0].reset();
    // The poller had told before the end came, and tells of that too.
    REQUIRE(f.pump(EPOLLIN | EPOLLOUT) == Flow::Progress::Waits);
    REQUIRE(f.heard() == "hello");
    REQUIRE_FALSE(f.flow.done());
    REQUIRE(f.pump(EPOLLIN | EPOLLOUT | more) == Flow::Progress::Waits);
    REQUIRE(f.flow.done());
    Fixture once;
    once.say("hello");
    once.from[0].reset();
    REQUIRE(once.pump(EPOLLIN | more) == Flow::Progress::Waits);
    REQUIRE(once.flow.done());
  }
}

TEST_CASE("a few bytes that the writer does not take wait for it") {
  Fixture f;
  const std::string before = f.fill();
  f.say("hello");
  REQUIRE(f.pump() == Flow::Progress::Waits);
  REQUIRE(f.flow.moved() == 0);
  f.from[0].reset();
  std::string all;
  for (int i = 0; i < 100 && !f.flow.done(); ++i) {
    all += f.heard();
    REQUIRE(f.pump() != Flow::Progress::Failed);
  }
  all += f.heard();
  REQUIRE(f.flow.done());
  REQUIRE(all == before + "hello");
  REQUIRE(f.flow.moved() == 5);
}

TEST_CASE("many bytes to a slow reader arrive in order, and few after them, with pipes of any size") {
  const int size = GENERATE(4 << 10, 64 << 10, 256 << 10);
  Fixture f;
  Pipe pipe = f.pipes.take();
  REQUIRE(pipe);
  REQUIRE(fcntl(pipe.reads.get(), F_SETPIPE_SZ, size) == size);
  f.pipes.give_back(std::move(pipe));
  const std::string bytes = numbered(3'000'000);
  std::string all;
  for (std::size_t said = 0; all.size() < bytes.size();) {
    // Uneven pieces, so that few and many follow each other.
    const std::size_t piece =
        std::min(bytes.size() - said, said % 3 == 0 ? std::size_t{70'001} : std::size_t{4093});
    if (const ssize_t n = write(f.from[0].get(), bytes.data() + said, piece); n > 0)
      said += static_cast<std::size_t>(n);
    REQUIRE(f.pump() != Flow::Progress::Failed);
    if (said % 5 == 0 || said == bytes.size() || f.pump() == Flow::Progress::Waits)
      all += f.heard();
  }
  REQUIRE(all == bytes);
  REQUIRE(f.flow.moved() == bytes.size());
  f.say("the last");
  f.from[0].reset();
  while (!f.flow.done()) REQUIRE(f.pump() != Flow::Progress::Failed);
  REQUIRE(f.heard() == "the last");
}

TEST_CASE("who has gone fails the flow") {
  Fixture f;
  f.to[1].reset();
  f.say("hello");
  REQUIRE(f.pump() == Flow::Progress::Failed);
}

}  // namespace flow_test
