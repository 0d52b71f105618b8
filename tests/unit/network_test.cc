// The relays in this process: "inside" is this machine's own loopback here.
#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <cerrno>
#include <cstring>
#include <thread>

#include "network/listener.h"
#include "network/socket_address.h"
#include "network/tcp_relay.h"
#include "network/udp_relay.h"

namespace network_test {

using namespace snug;
using namespace snug::network;
using namespace snug::spec;

namespace {

Listener one_listener(Protocol protocol, std::uint16_t container = 1) {
  auto listeners = listen_on({.host = 0, .container = container, .protocol = protocol});
  REQUIRE(listeners);
  return std::move(listeners->at(0));
}

// Runs relays until it goes out of scope.
class Running {
 public:
  // As a relay has it: a write to who has gone is an errno.
  Running() { (void)signal(SIGPIPE, SIG_IGN); }
  template<class Relay, class... Arguments>
  void add(Listener listener, Arguments&... arguments) {
    auto relay = std::make_unique<Relay>(std::move(listener), inside_, arguments..., *poller_);
    REQUIRE(relay->start() == 0);
    relays_.push_back(std::move(relay));
  }
  void begin() {
    thread_ = std::thread{[this] {
      while (!ended_) {
        poller_->wake_at(EpollLoop::Clock::now() + std::chrono::milliseconds{20}, nothing_);
        (void)poller_->run_once();
      }
    }};
  }
  ~Running() {
    ended_ = true;
    thread_.join();
  }
  PipePool pipes;

 private:
  struct Nothing : PollHandler {
    void on_events(std::uint32_t) override {}
  };
  Inside inside_{false};
  Result<EpollLoop> poller_{EpollLoop::make()};
  Nothing nothing_;
  std::vector<std::unique_ptr<PollHandler>> relays_;
  std::atomic<bool> ended_{};
  std::thread thread_;
};

UniqueFd connect_to(int type, std::uint16_t port) {
  UniqueFd fd{socket(AF_INET, type, 0)};
  const SocketAddress address{"127.0.0.1", port};
  REQUIRE(connect(fd.get(), address.get(), address.size()) == 0);
  return fd;
}

// Up to the end, or as much as comes at once.
std::string receive(const UniqueFd& fd) {
  char bytes[4096];
  pollfd waits{.fd = fd.get(), .events = POLLIN, .revents = 0};
  REQUIRE(poll(&waits, 1, 300'000) == 1);
  const ssize_t n = recv(fd.get(), bytes, sizeof bytes, 0);
  return n < 0 ? std::string{strerrorname_np(errno)} : std::string{bytes, static_cast<std::size_t>(n)};
}

void give(const UniqueFd& fd, std::string_view text) {
  REQUIRE(send(fd.get(), text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size()));
}

// A connection through a relay, with both its ends.
struct Relayed {
  Listener service{one_listener(Protocol::Tcp)};
  std::uint16_t port{};
  Running running{};
  UniqueFd client{};
  UniqueFd served{};

  Relayed() {
    Listener outside = one_listener(Protocol::Tcp, service.host);
    port = outside.host;
    running.add<TcpListener>(std::move(outside), running.pipes);
    running.begin();
    client = connect_to(SOCK_STREAM, port);
    pollfd waits{.fd = service.socket.get(), .events = POLLIN, .revents = 0};
    REQUIRE(poll(&waits, 1, 10'000) == 1);
    served.reset(accept(service.socket.get(), nullptr, nullptr));
  }
};

}  // namespace

TEST_CASE("addresses") {
  CHECK(SocketAddress{"10.1.2.3", 80} == SocketAddress{"10.1.2.3", 80});
  CHECK_FALSE(SocketAddress{"10.1.2.3", 80} == SocketAddress{"10.1.2.3", 81});
  CHECK_FALSE(SocketAddress{"10.1.2.3", 80} == SocketAddress{"10.1.2.4", 80});
  CHECK(SocketAddress{"::ffff:10.1.2.3", 80}.unmapped() == SocketAddress{"10.1.2.3", 80});
  CHECK(SocketAddress{"::1", 80}.unmapped() == SocketAddress{"::1", 80});
  CHECK(SocketAddress::loopback(AF_INET6, 5) == SocketAddress{"::1", 5});
  CHECK(SocketAddress{"::1", 443}.port() == 443);
  CHECK(SocketAddress{"no address", 1}.family() == AF_UNSPEC);
  CHECK(SocketAddress{"10.1.2.3", 80}.hash() == SocketAddress{"10.1.2.3", 80}.hash());
}

TEST_CASE("listening: what is open can be told, and what cannot be had is named") {
  const Listener listener = one_listener(Protocol::Tcp, 80);
  CHECK(listener.host != 0);
  const auto again = parse_publish(publish_text(listener), "state");
  REQUIRE(again);
  CHECK(*again == PublishedPorts{.host = listener.host, .container = 80});
  const auto taken = listen_on(*again);
  REQUIRE_FALSE(taken);
  CHECK(taken.error().err == EADDRINUSE);
  CHECK(taken.error().step.find("127.0.0.1:" + std::to_string(listener.host) + "/tcp") != std::string::npos);
  CHECK(listen_on({.address = "192.0.2.1", .host = 0, .container = 80}).error().err == EADDRNOTAVAIL);
  const auto range = listen_on({.host = 0, .container = 90, .count = 3, .protocol = Protocol::Udp});
  REQUIRE(range);
  REQUIRE(range->size() == 3);
  CHECK(range->at(2).container == 92);
  CHECK(publish_text(range->at(0)).ends_with(":90/udp"));
}

TEST_CASE("TCP: bytes both ways, one end before the other") {
  const Relayed relayed;
  const UniqueFd& client = relayed.client;
  const UniqueFd& served = relayed.served;
  give(client, "in");
  CHECK(receive(served) == "in");
  REQUIRE(shutdown(client.get(), SHUT_WR) == 0);
  CHECK(receive(served).empty());
  give(served, "out");
  CHECK(receive(client) == "out");
  REQUIRE(shutdown(served.get(), SHUT_WR) == 0);
  CHECK(receive(client).empty());
}

TEST_CASE("TCP: what is reset on one side is reset on the other") {
  Relayed relayed;
  UniqueFd& served = relayed.served;
  const linger now{.l_onoff = 1, .l_linger = 0};
  REQUIRE(setsockopt(served.get(), SOL_SOCKET, SO_LINGER, &now, sizeof now) == 0);
  served.reset();
  CHECK(receive(relayed.client) == "ECONNRESET");
  // And where nobody listens at all.
  relayed.service.socket.reset();
  CHECK(receive(connect_to(SOCK_STREAM, relayed.port)) == "ECONNRESET");
}

TEST_CASE("UDP: each peer is another one inside, and gets its own answers") {
  Listener service = one_listener(Protocol::Udp);
  Listener outside = one_listener(Protocol::Udp, service.host);
  const std::uint16_t port = outside.host;
  Running running;
  running.add<UdpListener>(std::move(outside));
  running.begin();
  const UniqueFd clients[] = {connect_to(SOCK_DGRAM, port), connect_to(SOCK_DGRAM, port)};
  give(clients[0], "a");
  give(clients[1], "b");
  for (int i = 0; i < 2; ++i) {
    pollfd waits{.fd = service.socket.get(), .events = POLLIN, .revents = 0};
    REQUIRE(poll(&waits, 1, 10'000) == 1);
    char byte = 0;
    sockaddr_storage from{};
    socklen_t size = sizeof from;
    REQUIRE(recvfrom(service.socket.get(), &byte, 1, 0, reinterpret_cast<sockaddr*>(&from), &size) == 1);
    byte = byte == 'a' ? 'A' : 'B';
    REQUIRE(sendto(service.socket.get(), &byte, 1, 0, reinterpret_cast<sockaddr*>(&from), size) == 1);
  }
  CHECK(receive(clients[0]) == "A");
  CHECK(receive(clients[1]) == "B");
}

}  // namespace network_test
