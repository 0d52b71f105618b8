#include "container/clients.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <vector>

#include "container/control.h"
#include "support/pretend_clock.h"
#include "support/scratch_dir.h"

namespace clients_test {

using namespace snug;
using namespace snug::container;
using namespace snug::log;
using namespace snug::sys;

namespace {

// What the supervisor is asked, written down.
struct Requests : ClientRequests {
  std::vector<FrameKind> asked{};
  std::vector<Client*> gone{};
  bool reads{true};

  void on_frame(Client&, Frame& frame) override { asked.push_back(frame.kind); }
  void on_gone(Client& client) override { gone.push_back(&client); }
  bool takes_input() const override { return reads; }
};

struct Fixture {
  PretendClock clock{};
  Poller poller{clock};
  Requests requests{};
  Clients clients{requests};

  // The client's own end. A small buffer, so that it is behind soon.
  UniqueFd connect(Client*& client) {
    int pair[2];
    REQUIRE(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) == 0);
    const int small = 8 << 10;
    REQUIRE(setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof small) == 0);
    client = &clients.add(UniqueFd{pair[0]});
    return UniqueFd{pair[1]};
  }
  // Until one client is behind; the number of frames.
  int fill() {
    int count = 0;
    while (!clients.behind()) clients.output(LogStream::Out, std::to_string(count++) + std::string(999, ' '));
    return count;
  }
};

int number(const Result<Frame>& frame) {
  REQUIRE(frame);
  REQUIRE(frame->kind == FrameKind::Output);
  return std::stoi(frame->data);
}

}  // namespace

TEST_CASE("output goes to those who are attached, to each with its stream") {
  Fixture f;
  Client* attached = nullptr;
  Client* waiting = nullptr;
  const UniqueFd theirs = f.connect(attached);
  const UniqueFd others = f.connect(waiting);
  attached->attached = true;
  waiting->waits = true;
  f.clients.output(LogStream::Err, "oops");
  const auto frame = receive_frame(theirs.get());
  REQUIRE(frame);
  CHECK(frame->kind == FrameKind::Output);
  CHECK(frame->a == 2);
  CHECK(frame->data == "oops");
  CHECK(receive_frame(others.get()).error().err == EAGAIN);
}

TEST_CASE("a client that does not read is behind, and gets all of it in order once it does") {
  Fixture f;
  Client* client = nullptr;
  const UniqueFd theirs = f.connect(client);
  client->attached = true;
  CHECK_FALSE(f.clients.behind());
  const int count = f.fill();
  REQUIRE(count > 1);
  f.clock.may_stall = true;  // the kernel wakes a writer only once a half of what it had for it is read
  int next = 0;
  for (auto frame = receive_frame(theirs.get()); frame; frame = receive_frame(theirs.get()))
    CHECK(number(frame) == next++);
  // There is room now, but what comes next has to wait for its turn.
  REQUIRE(f.clients.behind());
  f.clients.tell(*client, {.kind = FrameKind::Output, .a = 1, .data = std::to_string(count)});
  CHECK(receive_frame(theirs.get()).error().err == EAGAIN);
  f.clients.tell(*client, {.kind = FrameKind::Over});
  while (next <= count) {
    f.poller.run_once(f.clients);
    while (next <= count) {
      const auto frame = receive_frame(theirs.get());
      if (!frame)
        break;
      CHECK(number(frame) == next++);
    }
  }
  CHECK_FALSE(f.clients.behind());
  const auto over = receive_frame(theirs.get());
  REQUIRE(over);
  CHECK(over->kind == FrameKind::Over);
}

TEST_CASE("a client that is behind and goes is behind no more") {
  Fixture f;
  Client* client = nullptr;
  UniqueFd theirs = f.connect(client);
  client->attached = true;
  (void)f.fill();
  theirs.reset();
  f.poller.run_once(f.clients);
  CHECK_FALSE(f.clients.behind());
  CHECK(f.requests.gone.empty());
  // Before the next wait it is forgotten. A wait for nothing would not end.
  f.clients.listen({});
  Client* other = nullptr;
  const UniqueFd others = f.connect(other);
  REQUIRE(send_frame(others.get(), {.kind = FrameKind::Wait}));
  f.poller.run_once(f.clients);
  CHECK(f.requests.gone == std::vector{client});
  CHECK(f.requests.asked == std::vector{FrameKind::Wait});
}

TEST_CASE("descriptors cannot wait: a client that has no room for them is given up, and behind no more") {
  Fixture f;
  Client* client = nullptr;
  const UniqueFd theirs = f.connect(client);
  client->attached = true;
  (void)f.fill();
  const int fd = theirs.get();
  f.clients.tell(*client, {.kind = FrameKind::GroupIs}, &fd, 1);
  CHECK(client->gone);
  CHECK_FALSE(f.clients.behind());
}

TEST_CASE("one frame of each client a round, so that nobody keeps the others waiting") {
  Fixture f;
  Client* loud = nullptr;
  Client* quiet = nullptr;
  const UniqueFd louds = f.connect(loud);
  const UniqueFd quiets = f.connect(quiet);
  for (int i = 0; i < 5; ++i) REQUIRE(send_frame(louds.get(), {.kind = FrameKind::Signal, .a = 1}));
  REQUIRE(send_frame(quiets.get(), {.kind = FrameKind::Stop}));
  f.poller.run_once(f.clients);
  CHECK(f.requests.asked == std::vector{FrameKind::Signal, FrameKind::Stop});
}

TEST_CASE(
    "input is not read while the payload does not take it, and a client that goes is seen all the same") {
  Fixture f;
  Client* client = nullptr;
  UniqueFd theirs = f.connect(client);
  client->attached = client->has_input = true;
  f.requests.reads = false;
  REQUIRE(send_frame(theirs.get(), {.kind = FrameKind::Input, .data = "typed"}));
  Client* other = nullptr;
  const UniqueFd others = f.connect(other);
  REQUIRE(send_frame(others.get(), {.kind = FrameKind::Stop}));
  f.poller.run_once(f.clients);
  CHECK(f.requests.asked == std::vector{FrameKind::Stop});
  f.requests.reads = true;
  f.poller.run_once(f.clients);
  CHECK(f.requests.asked == std::vector{FrameKind::Stop, FrameKind::Input});
  f.requests.reads = false;
  theirs.reset();
  f.poller.run_once(f.clients);
  CHECK(client->gone);
  CHECK_FALSE(other->gone);
}

TEST_CASE("what is no frame of this version is answered so, and ends the connection") {
  Fixture f;
  Client* client = nullptr;
  const UniqueFd theirs = f.connect(client);
  REQUIRE(write(theirs.get(), "hello", 5) == 5);
  f.poller.run_once(f.clients);
  CHECK(client->gone);
  const auto frame = receive_frame(theirs.get());
  REQUIRE(frame);
  CHECK(frame->kind == FrameKind::Refused);
  CHECK(frame->b == EPROTO);
}

TEST_CASE("a client is found by its command inside, unless it has gone") {
  Fixture f;
  Client* first = nullptr;
  Client* second = nullptr;
  const UniqueFd firsts = f.connect(first);
  const UniqueFd seconds = f.connect(second);
  first->exec = 3;
  second->exec = 4;
  CHECK(f.clients.with_exec(4) == second);
  CHECK(f.clients.with_exec(5) == nullptr);
  second->gone = true;
  CHECK(f.clients.with_exec(4) == nullptr);
}

TEST_CASE("new clients come over the socket until it is closed") {
  const ScratchDir dir;
  const std::string path = dir.path() / "control.sock";
  Fixture f;
  auto listener = listen_at(path);
  REQUIRE(listener);
  f.clients.listen(std::move(*listener));
  UniqueFd theirs{socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0)};
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  REQUIRE(path.size() < sizeof address.sun_path);
  path.copy(address.sun_path, path.size());
  REQUIRE(connect(theirs.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  CHECK(f.clients.empty());
  f.poller.run_once(f.clients);
  CHECK_FALSE(f.clients.empty());
  REQUIRE(send_frame(theirs.get(), {.kind = FrameKind::Kill}));
  f.poller.run_once(f.clients);
  CHECK(f.requests.asked == std::vector{FrameKind::Kill});
  f.clients.close_listener();
  UniqueFd late{socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0)};
  CHECK(connect(late.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0);
}

TEST_CASE("the end waits until everybody has what they are behind with") {
  Fixture f;
  Client* client = nullptr;
  Client* leaves = nullptr;
  UniqueFd theirs = f.connect(client);
  UniqueFd others = f.connect(leaves);
  client->attached = leaves->attached = true;
  (void)f.fill();
  f.clients.tell(*client, {.kind = FrameKind::Ended, .a = 3});
  f.clients.tell(*leaves, {.kind = FrameKind::Ended, .a = 3});
  // Each wait for them lets one read and the other leave.
  struct ReadingClock : PretendClock {
    int theirs{-1};
    UniqueFd* others{};
    int ended{};
    int wait(pollfd* polls, std::size_t count, int timeout_ms) override {
      others->reset();
      if (const auto frame = receive_frame(theirs); frame && frame->kind == FrameKind::Ended)
        ended = frame->a;
      return PretendClock::wait(polls, count, timeout_ms);
    }
  } clock;
  clock.may_stall = true;
  clock.theirs = theirs.get();
  clock.others = &others;
  Poller poller{clock};
  f.clients.finish(poller);
  CHECK(f.clients.empty());
  CHECK(f.requests.gone == std::vector{leaves});
  while (clock.ended == 0) {
    const auto frame = receive_frame(theirs.get());
    REQUIRE(frame);
    if (frame->kind == FrameKind::Ended)
      clock.ended = frame->a;
  }
  CHECK(clock.ended == 3);
}

}  // namespace clients_test
