#include "gate/gate.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/error_wire.h"
#include "base/text.h"
#include "base/try.h"
#include "gate/gate_network.h"
#include "gate/serve.h"
#include "network/relay_process.h"
#include "sys/fd_passing.h"

namespace snug::gate {
namespace {

constexpr std::size_t kLongestEvent = 8192;

std::vector<std::uint16_t> missing_ports(const spec::HostRules& rules,
                                         const std::vector<std::uint16_t>& open) {
  std::vector<std::uint16_t> missing;
  for (const std::uint16_t port : rules.ports())
    if (std::ranges::find(open, port) == open.end())
      missing.push_back(port);
  return missing;
}

}  // namespace

Result<std::unique_ptr<Gate>> Gate::start(spec::HostRules rules) {
  std::unique_ptr<Gate> gate{new Gate};
  gate->rules_ = std::move(rules);
  gate->ports_ = gate->rules_.ports();
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    return fail({.step = "start the gate", .err = errno});
  gate->channel_.reset(ends[0]);
  UniqueFd theirs{ends[1]};
  const pid_t parent = getpid();
  gate->pid_ = fork();
  if (gate->pid_ < 0)
    return fail({.step = "start the gate", .err = errno});
  if (gate->pid_ == 0) {
    if (network::die_with(parent) != 0)
      _exit(1);
    serve_gate(std::move(gate->rules_), std::move(theirs));
  }
  return gate;
}

Status Gate::join(UniqueFd user_namespace, const UniqueFd& network_namespace) {
  user_namespace_ = std::move(user_namespace);
  int error = sys::send_with_fd(channel_.get(), &kUserMessage, sizeof kUserMessage, user_namespace_.get());
  if (error == 0)
    error =
        sys::send_with_fd(channel_.get(), &kNetworkMessage, sizeof kNetworkMessage, network_namespace.get());
  // That it has died is told by its end of the channel.
  return error == 0 || error == EPIPE ? Status{}
                                      : fail({.step = "hand the network to the gate", .err = error});
}

Status Gate::take_start() {
  char bytes[kMostFailure];
  const ssize_t n = sys::receive_with_fd(channel_.get(), bytes, sizeof bytes, network_);
  const std::string_view said{bytes, static_cast<std::size_t>(std::max<ssize_t>(n, 0))};
  if ((said == kReady || said == kReadyBlind) && network_) {
    started_ = true;
    blind_ = said == kReadyBlind;
    return {};
  }
  ended_ = true;
  if (!said.starts_with(kFailed))
    return fail({.step = "start the gate", .hint = "its process has ended"});
  return fail(unpack_error(said.substr(kFailed.size())));
}

Status Gate::allow(const spec::HostRule& rule) {
  spec::HostRules wider = rules_;
  wider.widen({rule});
  const auto missing = missing_ports(wider, ports_);
  if (ports_.size() + missing.size() > spec::kMostGatePorts)
    return fail({.step = fmt::format("more than {} ports would be open", spec::kMostGatePorts),
                 .hint = "name fewer, or smaller ranges"});
  if (!missing.empty()) {
    const auto sockets = TRY(open_gate_listeners(user_namespace_, network_, missing));
    for (const GateSocket& socket : sockets) {
      char bytes[1 + sizeof socket.port] = {kListenerMessage};
      std::memcpy(bytes + 1, &socket.port, sizeof socket.port);
      if (const int error = sys::send_with_fd(channel_.get(), bytes, sizeof bytes, socket.fd.get()))
        return fail({.step = "hand a listener to the gate", .err = error});
      ports_.push_back(socket.port);
    }
  }
  const std::string message = kRuleMessage + rule.text;
  if (message.size() > kMostMessage)
    return fail({.step = "the rule is too long"});
  if (const int error = sys::send_with_fd(channel_.get(), message.data(), message.size(), -1))
    return fail({.step = "tell the gate of the rule", .err = error});
  rules_ = std::move(wider);
  return {};
}

std::optional<GateEvent> Gate::take_event() {
  char bytes[kLongestEvent];
  while (!ended_) {
    const ssize_t n = recv(channel_.get(), bytes, sizeof bytes, MSG_DONTWAIT);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0 && errno == EAGAIN)
      return std::nullopt;
    if (n <= 0) {
      ended_ = true;
      return std::nullopt;
    }
    if (auto event = parse_gate_event({bytes, static_cast<std::size_t>(n)}))
      return *std::move(event);
  }
  return std::nullopt;
}

void Gate::finish() {
  finishing_ = true;
  (void)shutdown(channel_.get(), SHUT_WR);
}

void Gate::stop() {
  if (pid_ <= 0)
    return;
  // The pid is still ours: it has not been waited for.
  (void)kill(pid_, SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
}

}  // namespace snug::gate
