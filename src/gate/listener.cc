#include "gate/listener.h"

#include <sys/socket.h>

#include <cerrno>

#include "gate/connection.h"
#include "network/socket_address.h"

namespace snug::gate {
namespace {

// Others have their turn after so many.
constexpr int kAcceptsPerTurn = 64;
constexpr std::chrono::milliseconds kRest{50};

}  // namespace

// The address that the program connected to is this socket's own.
void GateListener::accept_one(UniqueFd connection) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (getsockname(connection.get(), reinterpret_cast<sockaddr*>(&storage), &size) != 0)
    return;
  const IpAddress address = network::SocketAddress::of(storage, size).ip().unmapped();
  const bool named = stands_for_name(address);
  GateConnection::Target target{.host = named ? std::string{gate_.names.name_of(address)} : address.text(),
                                .port = port_,
                                .address = named ? std::nullopt : std::optional{address}};
  const spec::HostRules::Verdict verdict =
      named ? gate_.rules.decide(target.host, port_) : gate_.rules.decide(address, port_);
  if (verdict.allowed) {
    auto made =
        std::make_unique<GateConnection>(std::move(connection), std::move(target), *verdict.rule, gate_);
    return GateConnection::begin(std::move(made));
  }
  const bool nobody = target.host.empty();
  network::reset_at_close(connection.get());
  gate_.reporter.report({.decision = GateEvent::Decision::Denied,
                         .protocol = "tcp",
                         .host = nobody ? address.text() : target.host,
                         .port = port_,
                         .rule = verdict.rule ? verdict.rule->text : "",
                         .reason = verdict.rule ? "it is denied"
                                   : nobody     ? "the address stands for no name"
                                                : "no rule allows it"});
}

void GateListener::on_events(std::uint32_t) {
  if (paused_) {
    paused_ = false;
    if (gate_.poller.add(socket_.get(), EPOLLIN, *this) != 0)
      return;
  }
  for (int i = 0; i < kAcceptsPerTurn; ++i) {
    UniqueFd connection{accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)};
    if (connection) {
      accept_one(std::move(connection));
      continue;
    }
    // No descriptor or memory is left: whoever waits to be accepted waits a little longer.
    if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
      gate_.poller.remove(socket_.get());
      gate_.poller.wake_at(network::EpollLoop::Clock::now() + kRest, *this);
      paused_ = true;
    }
    if (errno != EINTR && errno != ECONNABORTED)
      return;
  }
}

}  // namespace snug::gate
