#include "gate/serve.h"

#include <fmt/format.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <set>
#include <string>

#include "base/error_wire.h"
#include "gate/connection.h"
#include "gate/gate_network.h"
#include "gate/gate_state.h"
#include "gate/listener.h"
#include "gate/name_server.h"
#include "gate/watcher.h"
#include "network/close_others.h"
#include "network/confine_relay.h"
#include "network/relay_process.h"
#include "sys/fd_passing.h"

namespace snug::gate {
namespace {

// Where this machine's name servers are written down, behind /etc/resolv.conf where that is a link, and what
// the library numbers its questions with.
std::vector<std::string> readable_places() {
  std::vector<std::string> places{
      "/etc",         "/run/systemd/resolve", "/run/resolvconf", "/run/NetworkManager",
      "/run/connman", "/dev/urandom"};
  if (char* const real = realpath("/etc/resolv.conf", nullptr)) {
    places.emplace_back(real);
    free(real);
  }
  return places;
}

class Server {
 public:
  Server(network::EpollLoop& poller, spec::HostRules rules, UniqueFd channel)
      : channel_{std::move(channel)},
        state_{.poller = poller, .rules = std::move(rules), .reporter = Reporter{channel_.get(), poller}},
        control_{*this} {}

  int start(std::vector<GateSocket> sockets) {
    const bool ipv6 = std::ranges::count(sockets, GateSocket::Kind::DnsDatagram, &GateSocket::kind) > 1;
    for (GateSocket& socket : sockets)
      if (const int error = add(std::move(socket), ipv6))
        return error;
    return state_.poller.add(channel_.get(), EPOLLIN, control_);
  }

 private:
  int add(GateSocket socket, bool ipv6) {
    switch (socket.kind) {
      case GateSocket::Kind::DnsDatagram:
        return add_handler(std::make_unique<DatagramNames>(std::move(socket.fd), ipv6, state_));
      case GateSocket::Kind::DnsStream:
        return add_handler(std::make_unique<StreamNames>(std::move(socket.fd), ipv6, state_));
      case GateSocket::Kind::Watch:
        return add_handler(std::make_unique<Watcher>(std::move(socket.fd), ports_, state_));
      case GateSocket::Kind::Listener:
        ports_.insert(socket.port);
        return add_handler(std::make_unique<GateListener>(std::move(socket.fd), socket.port, state_));
      case GateSocket::Kind::Network:
        return 0;
    }
    return 0;
  }

  template<class Handler>
  int add_handler(std::unique_ptr<Handler> handler) {
    const int error = handler->start();
    handlers_.push_back(std::move(handler));
    return error;
  }

  // What the supervisor says, who alone may widen the rules.
  struct Control : network::PollHandler {
    explicit Control(Server& of) : server{of} {}
    void on_events(std::uint32_t) override { server.take_message(); }
    Server& server;
  };

  void take_message() {
    char bytes[kMostMessage];
    UniqueFd fd;
    const ssize_t n = sys::receive_with_fd(channel_.get(), bytes, sizeof bytes, fd);
    // Nobody is there any more, or wants to know what is left.
    if (n == 0)
      return ending();
    if (n < 1)
      return;
    const std::string_view text{bytes + 1, static_cast<std::size_t>(n) - 1};
    if (bytes[0] == kListenerMessage && fd && text.size() == sizeof(std::uint16_t)) {
      std::uint16_t port = 0;
      std::memcpy(&port, text.data(), sizeof port);
      (void)add({GateSocket::Kind::Listener, port, std::move(fd)}, false);
    } else if (bytes[0] == kRuleMessage) {
      if (auto rule = spec::parse_host_rule(text, "allow", spec::RuleUse::Allow))
        state_.rules.widen({*std::move(rule)});
    }
  }

  // What has come already is served once more, so that it is told.
  void ending() {
    state_.poller.remove(channel_.get());
    for (int i = 0; i < 2; ++i) {
      state_.poller.wake_soon(nothing_);
      (void)state_.poller.run_once();
    }
    while (!state_.open.empty()) (*state_.open.begin())->close_now();
    state_.reporter.flush();
    _exit(0);
  }

  struct Nothing : network::PollHandler {
    void on_events(std::uint32_t) override {}
  };

  UniqueFd channel_;
  GateState state_;
  Nothing nothing_{};
  std::set<std::uint16_t> ports_{};
  std::vector<std::unique_ptr<network::PollHandler>> handlers_{};
  Control control_;
};

// Empty where the supervisor has gone, or says something else.
UniqueFd receive_namespace(int channel, char kind) {
  char said = 0;
  UniqueFd fd;
  const ssize_t n = sys::receive_with_fd(channel, &said, sizeof said, fd);
  return n == 1 && said == kind ? std::move(fd) : UniqueFd{};
}

}  // namespace

void serve_gate(spec::HostRules rules, UniqueFd channel) {
  const int told = channel.get();
  const auto give_up = [&](const Error& error) {
    const std::string text = std::string{kFailed} + pack_error(error, kMostFailure - kFailed.size());
    (void)sys::send_with_fd(told, text.data(), text.size(), -1);
    _exit(1);
  };
  network::close_others({told});
  network::raise_descriptor_limit();
  (void)signal(SIGPIPE, SIG_IGN);
  UniqueFd user = receive_namespace(told, kUserMessage);
  UniqueFd sandbox = user ? receive_namespace(told, kNetworkMessage) : UniqueFd{};
  if (!sandbox)
    _exit(1);
  // Before this process confines itself: the filter lets nothing be started.
  auto sockets = make_gate_network(user, sandbox, rules.ports());
  user.reset();
  sandbox.reset();
  if (!sockets)
    give_up(sockets.error());
  auto poller = network::EpollLoop::make();
  if (!poller)
    give_up(poller.error());
  if (const int error = network::confine_relay({.readable = readable_places()}))
    give_up({.step = "confine the gate", .err = error});
  UniqueFd network;
  for (GateSocket& socket : *sockets)
    if (socket.kind == GateSocket::Kind::Network)
      network = std::move(socket.fd);
  const bool blind = std::ranges::count(*sockets, GateSocket::Kind::Watch, &GateSocket::kind) == 0;
  Server server{*poller, std::move(rules), std::move(channel)};
  if (const int error = server.start(*std::move(sockets)))
    give_up({.step = "start the gate", .err = error});
  const std::string_view ready = blind ? kReadyBlind : kReady;
  // A gate that cannot say that it is ready is none: the supervisor would wait for ever.
  if (sys::send_with_fd(told, ready.data(), ready.size(), network.get()) != 0)
    _exit(1);
  network.reset();
  while (poller->run_once() == 0) {
  }
  _exit(1);
}

}  // namespace snug::gate
