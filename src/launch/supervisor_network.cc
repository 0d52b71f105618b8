// What the supervisor does about the processes beside a sandbox that have to do with its network: the
// forwarder of published ports, the gate, the way out of a full network.
#include <fcntl.h>

#include <cerrno>
#include <utility>

#include "base/try.h"
#include "launch/supervisor.h"
#include "launch/trace.h"
#include "plan/hints.h"

namespace snug::launch {
namespace {

constexpr std::chrono::milliseconds kGateFarewell{500};

}  // namespace

void Supervisor::start_network(const UniqueFd& user_namespace, const UniqueFd& network_namespace) {
  if (gate_) {
    UniqueFd user{fcntl(user_namespace.get(), F_DUPFD_CLOEXEC, 3)};
    Status joined = user ? gate_->join(std::move(user), network_namespace)
                         : fail({.step = "keep the sandbox's user namespace for the gate", .err = errno});
    if (!joined)
      end_gate_setup(std::move(joined));
  }
  if (!listeners_.empty() && !error_)
    if (Status started = start_forwarder(user_namespace, network_namespace); !started)
      end_setup(std::move(started), plan::index_of<plan::PublishPorts>(plan_));
  const bool full = plan::find_step<plan::ConnectNetwork>(plan_) != nullptr;
  if (full && !error_)
    end_outbound(start_outbound(user_namespace, network_namespace));
  // The others tell when they are ready.
  if (!gate_ && !full)
    end_network_setup();
}

// init waits for it with the payload, whose first packet must find it, and which has not run where it fails.
void Supervisor::end_network_setup() {
  if (!error_)
    end_setup(say_go("tell init that its network is there"));
}

Status Supervisor::start_forwarder(const UniqueFd& user_namespace, const UniqueFd& network_namespace) {
  UniqueFd user{fcntl(user_namespace.get(), F_DUPFD_CLOEXEC, 3)};
  UniqueFd network{fcntl(network_namespace.get(), F_DUPFD_CLOEXEC, 3)};
  if (!user || !network)
    return fail({.step = "keep the sandbox's namespaces for published ports", .err = errno});
  return forwarder_.start(std::exchange(listeners_, {}), std::move(user), std::move(network));
}

// As soon as there is a sandbox, so that its process is ready when init has namespaces to hand out.
Status Supervisor::start_gate() {
  const plan::OpenGate* step = plan::find_step<plan::OpenGate>(plan_);
  if (!step || facts_.setup_only || facts_.tree_only)
    return {};
  auto gate = TRY(gate::Gate::start(spec::HostRules{step->allow, step->deny}));
  gate_ = std::move(gate);
  return {};
}

void Supervisor::end_gate_setup(Status status) {
  end_setup(std::move(status), plan::index_of<plan::OpenGate>(plan_));
}

void Supervisor::on_gate() {
  if (gate_->started())
    return take_gate_events();
  Status status = gate_->take_start();
  outcome_.gate_blind = gate_->blind();
  end_gate_setup(std::move(status));
  end_network_setup();
}

void Supervisor::take_gate_events() {
  while (auto event = gate_->take_event())
    if (options_.gate_event)
      options_.gate_event(*event);
  if (gate_->ended() && !gate_->finishing() && !gone_ && options_.gate_event)
    options_.gate_event(
        {.decision = gate::GateEvent::Decision::Failed,
         .protocol = "gate",
         .host = "everything",
         .reason = "the gate's process has ended, and nothing outside can be reached any more"});
}

Status Supervisor::allow(const spec::HostRule& rule) {
  if (!gate_ || gate_->ended())
    return fail({.step = "it has no gate that could be widened", .err = ENOTSUP, .err_said = true});
  return gate_->allow(rule);
}

Status Supervisor::start_outbound(const UniqueFd& user_namespace, const UniqueFd& network_namespace) {
  const plan::ConnectNetwork* step = plan::find_step<plan::ConnectNetwork>(plan_);
  UniqueFd user{fcntl(user_namespace.get(), F_DUPFD_CLOEXEC, 3)};
  UniqueFd network{fcntl(network_namespace.get(), F_DUPFD_CLOEXEC, 3)};
  if (!user || !network)
    return fail({.step = "keep the sandbox's namespaces for its network", .err = errno});
  return outbound_.start(step->tool, step->argv, std::move(user), std::move(network));
}

// init waits for it with the payload.
void Supervisor::on_outbound() {
  end_outbound(take_outbound_news());
}

Status Supervisor::take_outbound_news() {
  const auto ready = TRY(outbound_.take_news());
  if (ready) {
    trace_step(plan_, plan::index_of<plan::ConnectNetwork>(plan_), 0);
    end_network_setup();
  }
  return {};
}

void Supervisor::end_outbound(Status status) {
  if (status)
    return;
  const std::size_t step = plan::index_of<plan::ConnectNetwork>(plan_);
  // What failed is said by the error itself; its origin, and what to do, are the step's to know.
  Error error = plan::explain_failure(plan_.steps[step], status.error().err, -1);
  error.step = std::move(status).error().step;
  end_setup(fail(std::move(error)), step);
}

// What programs did last is worth a line too, and the gate needs a moment for it.
void Supervisor::finish_gate() {
  if (!gate_->started())
    return gate_.reset();
  gate_->finish();
  const auto until = poller_.now() + kGateFarewell;
  for (auto now = poller_.now(); !gate_->ended() && now < until; now = poller_.now()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - now);
    (void)sys::wait_until_ready(gate_->fd(), POLLIN, static_cast<int>(left.count()));
    take_gate_events();
  }
  gate_.reset();
}

}  // namespace snug::launch
