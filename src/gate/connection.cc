#include "gate/connection.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "network/socket_address.h"

namespace snug::gate {
namespace {

// A client that opens a connection and says nothing is not waited for any longer.
constexpr std::chrono::seconds kOpeningTime{30};
// For each address of a host that does not answer; the next one may.
constexpr std::chrono::seconds kConnectTime{10};

std::string error_text(int error) {
  char buffer[128];
  return strerror_r(error, buffer, sizeof buffer);  // the GNU one, which returns text
}

// Why a real address is not for the sandbox, or "".
std::string address_problem(const IpAddress& address, const spec::HostRule& rule) {
  const std::string_view purpose = special_purpose(address);
  // A rule for a whole range of addresses does not mean this machine's own: for its services there is "host".
  if (rule.kind == spec::HostRule::Kind::Address && purpose == "loopback")
    return "it is this machine's own loopback: for a service there is host:PORT";
  if (purpose.empty() || (rule.allow_private && purpose != "multicast"))
    return "";
  return fmt::format("its address {} is {}, and {}", address.text(), purpose, kNotPrivate);
}

// A public address of this very machine leads to its own services, as its loopback does.
bool is_own_address(int socket) {
  sockaddr_storage ends[2]{};
  socklen_t size = sizeof ends[0];
  if (getsockname(socket, reinterpret_cast<sockaddr*>(&ends[0]), &size) != 0)
    return true;
  const network::SocketAddress here = network::SocketAddress::of(ends[0], size);
  size = sizeof ends[1];
  if (getpeername(socket, reinterpret_cast<sockaddr*>(&ends[1]), &size) != 0)
    return true;
  return here.same_host(network::SocketAddress::of(ends[1], size));
}

}  // namespace

GateConnection::GateConnection(UniqueFd inner, Target target, const spec::HostRule& rule, GateState& gate)
    : inner_{std::move(inner)},
      target_{std::move(target)},
      rule_{rule},
      gate_{gate},
      opening_{opening_of(rule, target_.port), target_.host, target_.port} {}

void GateConnection::begin(std::unique_ptr<GateConnection> connection) {
  GateConnection* const self = connection.release();
  network::no_delay(self->inner_.get());
  network::queue_little(self->inner_.get());
  self->gate_.open.insert(self);
  if (self->gate_.poller.add(self->inner_.get(), network::kFlowEvents, self->inner_end_) != 0)
    return self->give_up("no more connections can be watched");
  self->gate_.poller.wake_at(network::EpollLoop::Clock::now() + kOpeningTime, *self);
  if (self->opening_.satisfied())
    self->resolve();
}

void GateConnection::on_events(std::uint32_t events) {
  switch (phase_) {
    case Phase::Opening:
      return events == 0 ? refuse("nothing came that says whom it is for") : read_opening();
    case Phase::Resolving:
      return;
    case Phase::Connecting:
      if (events != 0)
        return finish_connecting();
      last_error_ = "no answer";
      return connect_next();
    case Phase::Relaying:
      return relay(events, {});
  }
}

void GateConnection::on_end(network::Side side, std::uint32_t events) {
  // It may have ended by an earlier event of this round.
  if (!inner_)
    return;
  // What is looked at on its way needs both.
  if (phase_ != Phase::Relaying || opening_.http() || opening_.passed() > 0)
    return on_events(events);
  relay(events, flows_.turn_for(side, events));
}

void GateConnection::read_opening() {
  while (true) {
    switch (opening_.read_from(inner_.get())) {
      case Opening::Read::Failed:
        return give_up("the program inside has gone");
      case Opening::Read::Ended:
        return refuse("it ended before it said whom it is for");
      case Opening::Read::Nothing:
        return;
      case Opening::Read::Some:
        break;
    }
    if (!opening_.problem().empty())
      return refuse(opening_.problem());
    if (opening_.satisfied())
      return resolve();
  }
}

void GateConnection::resolve() {
  phase_ = Phase::Resolving;
  gate_.poller.let_sleep(*this);
  if (target_.address)
    return resolved({.addresses = {*target_.address}});
  if (rule_.kind == spec::HostRule::Kind::Self) {
    addresses_ = {*parse_ip("::1"), *parse_ip("127.0.0.1")};  // taken from the back
    return connect_next();
  }
  gate_.lookup.ask(target_.host, [alive = std::weak_ptr{alive_}](const Lookup::Answer& answer) {
    if (const auto self = alive.lock())
      (*self)->resolved(answer);
  });
}

void GateConnection::resolved(const Lookup::Answer& answer) {
  std::string problem;
  for (const IpAddress& address : answer.addresses) {
    if (std::string why = address_problem(address, rule_); why.empty())
      addresses_.push_back(address);
    else
      problem = std::move(why);
  }
  if (addresses_.empty() && !problem.empty())
    return refuse(std::move(problem));
  if (addresses_.empty())
    return give_up("its address cannot be found: " + answer.problem);
  std::ranges::reverse(addresses_);
  connect_next();
}

void GateConnection::connect_next() {
  gate_.poller.let_sleep(*this);
  outer_.reset();
  phase_ = Phase::Connecting;
  while (!addresses_.empty()) {
    const network::SocketAddress address{addresses_.back().text(), target_.port};
    addresses_.pop_back();
    outer_.reset(socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (outer_ && (connect(outer_.get(), address.get(), address.size()) == 0 || errno == EINPROGRESS) &&
        gate_.poller.add(outer_.get(), network::kFlowEvents, outer_end_) == 0) {
      network::no_delay(outer_.get());
      if (rule_.kind == spec::HostRule::Kind::Self)
        network::queue_little(outer_.get());
      gate_.poller.wake_at(network::EpollLoop::Clock::now() + kConnectTime, *this);
      return;
    }
    last_error_ = error_text(errno);
  }
  give_up("it cannot be reached: " + last_error_);
}

void GateConnection::finish_connecting() {
  int error = 0;
  socklen_t size = sizeof error;
  if (getsockopt(outer_.get(), SOL_SOCKET, SO_ERROR, &error, &size) != 0)
    error = errno;
  if (error != 0) {
    last_error_ = error_text(error);
    return connect_next();
  }
  sockaddr_storage peer{};
  size = sizeof peer;
  // Events of the socket inside come here too.
  if (getpeername(outer_.get(), reinterpret_cast<sockaddr*>(&peer), &size) != 0)
    return;
  const bool may_be_own = rule_.allow_private || rule_.kind == spec::HostRule::Kind::Self;
  if (!may_be_own && is_own_address(outer_.get()))
    return refuse(fmt::format("its address is this machine's own, and {}", kNotPrivate));
  gate_.poller.let_sleep(*this);
  phase_ = Phase::Relaying;
  relay(0, {});
}

// What has been let through. False where it cannot go on.
bool GateConnection::send_opening() {
  while (opening_.passed() > 0) {
    ssize_t n = 0;
    do n = send(outer_.get(), opening_.bytes().data(), opening_.passed(), MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    if (n < 0)
      return errno == EAGAIN;
    sent_ += static_cast<std::uint64_t>(n);
    opening_.drop(static_cast<std::size_t>(n));
  }
  return true;
}

// The server's answer to the wish to speak another protocol, without taking it.
void GateConnection::note_answer(std::uint32_t events) {
  constexpr std::string_view kSwitches = "HTTP/1.1 101";
  char start[kSwitches.size()];
  const ssize_t n = recv(outer_.get(), start, sizeof start, MSG_PEEK);
  // A part of it: the rest comes, unless that was all.
  if (n != sizeof start && (events & (EPOLLRDHUP | EPOLLHUP)) == 0)
    return;
  opening_.http()->answered(n == sizeof start && std::string_view{start, sizeof start} == kSwitches);
  opening_.examine();
}

// Requests, one after the other. False where it cannot go on, or has ended.
bool GateConnection::guard_http(std::uint32_t events) {
  while (true) {
    if (opening_.http()->asks_to_switch())
      note_answer(events);
    if (!opening_.problem().empty()) {
      refuse(opening_.problem());
      return false;
    }
    if (!send_opening()) {
      give_up("the host has broken it off");
      return false;
    }
    // The server takes no more for now, or does not answer yet.
    if (opening_.passed() > 0 || inner_ended_)
      break;
    const auto read = opening_.read_from(inner_.get());
    if (read == Opening::Read::Failed) {
      give_up("the program inside has gone");
      return false;
    }
    inner_ended_ = read == Opening::Read::Ended;
    if (read != Opening::Read::Some)
      break;
  }
  if (inner_ended_ && opening_.passed() == 0 && !std::exchange(told_end_, true))
    (void)shutdown(outer_.get(), SHUT_WR);
  return true;
}

void GateConnection::relay(std::uint32_t events, network::Ways ways) {
  auto out = network::Flow::Progress::Waits;
  if (opening_.http()) {
    if (!guard_http(events))
      return;
  } else if (!send_opening()) {
    return give_up("the host has broken it off");
  } else if (opening_.passed() == 0) {
    out = flows_.out.pump(inner_.get(), outer_.get(), ways.outward, gate_.pipes, gate_.poller, *this);
  }
  const bool out_done = opening_.http() ? told_end_ : flows_.out.done();
  if (opening_.http() && opening_.http()->asks_to_switch())
    ways.inward.moves = false;
  const auto in = flows_.in.pump(outer_.get(), inner_.get(), ways.inward, gate_.pipes, gate_.poller, *this);
  if (in == network::Flow::Progress::Failed || out == network::Flow::Progress::Failed)
    return end(GateEvent::Decision::Allowed, "broken off");
  if (flows_.in.done() && out_done)
    return end(GateEvent::Decision::Allowed, "");
  if (in == network::Flow::Progress::Goes || out == network::Flow::Progress::Goes)
    gate_.poller.wake_soon(*this);
}

void GateConnection::refuse(std::string reason) {
  end(GateEvent::Decision::Denied, std::move(reason));
}

void GateConnection::give_up(std::string reason) {
  end(GateEvent::Decision::Failed, std::move(reason));
}

void GateConnection::end(GateEvent::Decision decision, std::string reason) {
  gate_.reporter.report({.decision = decision,
                         .protocol = "tcp",
                         .host = target_.host,
                         .port = target_.port,
                         .rule = rule_.text,
                         .reason = reason,
                         .sent = sent_ + flows_.out.moved(),
                         .received = flows_.in.moved()});
  if (!reason.empty())
    for (const UniqueFd* fd : {&inner_, &outer_})
      if (*fd)
        network::reset_at_close(fd->get());
  gate_.open.erase(this);
  inner_.reset();
  outer_.reset();
  *alive_ = nullptr;
  alive_.reset();
  gate_.poller.discard(std::unique_ptr<network::PollHandler>{this});
}

}  // namespace snug::gate
