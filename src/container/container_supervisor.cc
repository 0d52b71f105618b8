#include "container/container_supervisor.h"

#include <signal.h>
#include <unistd.h>

#include "base/error_wire.h"
#include "base/try.h"
#include "container/clock.h"
#include "container/control.h"
#include "sys/process_identity.h"

namespace snug::container {
namespace {

// Between two runs: what clients say, until it is time.
class RestartPause : public sys::PollSource {
 public:
  RestartPause(Clients& clients, sys::Poller::Time until) : clients_{clients}, until_{until} {}
  void add_to(sys::Poller& poller) override {
    poller.wake_at(until_);
    clients_.add_to(poller);
  }

 private:
  Clients& clients_;
  sys::Poller::Time until_;
};

}  // namespace

ContainerSupervisor::ContainerSupervisor(Container& container, ContainerRecord record, RunState state,
                                         UniqueFd first, sys::PollClock& clock)
    : container_{container},
      record_{std::move(record)},
      state_{std::move(state)},
      clients_{*this},
      streams_{[this](log::LogStream stream, std::string_view bytes) { on_output(stream, bytes); }},
      clock_{clock},
      health_{record_.rules.health} {
  if (first)
    starter_ = &clients_.add(std::move(first));
}

Status ContainerSupervisor::prepare() {
  auto log = TRY(log::LogWriter::open(container_.dir(), record_.rules.log_size, record_.rules.log_files));
  log_ = std::move(log);
  auto path = TRY(control_path(record_.id));
  auto listener = TRY(listen_at(path));
  clients_.listen(std::move(listener));
  state_.control = path;
  // What its starter says comes before the first run: an early Attach must not miss the first output.
  while (starter_ && !starter_->attached && !starter_->waits) {
    auto frame = TRY(await_frame(starter_->socket.get()));
    if (frame.kind == FrameKind::Resize)
      window_ = {static_cast<std::uint16_t>(frame.a), static_cast<std::uint16_t>(frame.b)};
    else
      on_frame(*starter_, frame);
  }
  return {};
}

Status ContainerSupervisor::before_clone() {
  // Without -i the input is that of whoever starts it attached; nobody else has any to give.
  const bool given = starter_ && starter_->has_input;
  return streams_.open(state_.terminal, record_.rules.open_input || given);
}

void ContainerSupervisor::begin_run() {
  state_.finished_ns = 0;
  state_.error.clear();
  state_.stopped_by_user = false;
  state_.health = Health::None;
}

void ContainerSupervisor::take_tree(UniqueFd root, UniqueFd user_namespace, UniqueFd network_namespace) {
  tree_[0] = std::move(root);
  tree_[1] = std::move(user_namespace);
  tree_[2] = std::move(network_namespace);
}

void ContainerSupervisor::started(launch::Sandbox& sandbox) {
  sandbox_ = &sandbox;
  state_.phase = RunPhase::Running;
  state_.started_ns = now_ns();
  state_.supervisor_pid = getpid();
  state_.init_pid = sandbox.init();
  state_.init_start = sys::start_time_of(sandbox.init()).value_or(0);
  state_.boot_id = sys::boot_id();
  state_.health = health_.start(clock_.now());
  if (started_once_) {
    write_state();
  } else if (Status status = container_.write_state(state_); !status) {
    // The first time this is a start that has failed: nobody would find a container whose file says that it
    // does not run, nor its socket.
    unwritten_ = std::move(status).error();
    sandbox.kill_all();
    return;
  }
  if (starter_ && !started_once_)
    clients_.tell(*starter_, {.kind = FrameKind::Started, .a = state_.terminal});
  started_once_ = true;
}

// The tree must be let go of before the layer is mounted anew.
void ContainerSupervisor::ended() {
  streams_.drain();
  streams_.close();
  sandbox_ = nullptr;
  stop_.clear();
  health_.stop();
  for (UniqueFd& fd : tree_) fd.reset();
  clients_.for_each([&](Client& client) {
    if (client.attached)
      clients_.tell(client, {.kind = FrameKind::Over});
    if (client.exec)
      clients_.tell(client, {.kind = FrameKind::ExecEnded, .a = SIGKILL});
    client.exec = 0;
  });
}

void ContainerSupervisor::gate_event(const gate::GateEvent& event) {
  if (!network_log_)
    if (auto log = log::NetworkLog::open(container_.dir(), record_.rules.log_size, record_.rules.log_files))
      network_log_ = *std::move(log);
  if (network_log_)
    network_log_->append(event);
  if (told_.is_new(event))
    clients_.output(log::LogStream::Err,
                    "snug: note: " + gate::gate_note(event) + (state_.terminal ? "\r\n" : "\n"));
}

void ContainerSupervisor::end_run(int exit_code, const std::string& error) {
  state_.phase = RunPhase::Exited;
  state_.exit_code = exit_code;
  state_.error = error;
  state_.finished_ns = now_ns();
  state_.health = Health::None;
  write_state();
}

void ContainerSupervisor::never_started(const Error& error) {
  start_error_ = error;
}

bool ContainerSupervisor::wait_before_restart(std::chrono::milliseconds delay) {
  const auto until = clock_.now() + delay;
  RestartPause pause{clients_, until};
  while (!state_.stopped_by_user && clock_.now() < until) poller_.run_once(pause);
  return !state_.stopped_by_user;
}

void ContainerSupervisor::close_door() {
  clients_.close_listener();
  if (!state_.control.empty())
    (void)unlink(state_.control.c_str());  // the next start replaces it anyway
}

void ContainerSupervisor::farewell() {
  if (starter_ && start_error_)
    clients_.tell(*starter_,
                  {.kind = FrameKind::StartFailed, .data = pack_error(*start_error_, kFrameBytes)});
  clients_.for_each([&](Client& client) {
    if (client.attached || client.waits)
      clients_.tell(client, {.kind = FrameKind::Ended, .a = state_.exit_code, .data = state_.error});
  });
  clients_.finish(poller_);
}

void ContainerSupervisor::write_state() {
  // A full disk must not end a container that runs: that it does is told by its lock. The log says so.
  if (Status status = container_.write_state(state_); !status && log_)
    log_->append(log::LogStream::Err, "snug: " + describe(status.error()) + "\n", now_ns());
}

void ContainerSupervisor::on_output(log::LogStream stream, std::string_view bytes) {
  log_->append(stream, bytes, now_ns());
  // Nobody is told of a payload that was ended again because its start could not be written down.
  if (started_once_)
    clients_.output(stream, bytes);
}

void ContainerSupervisor::add_to(sys::Poller& poller) {
  poller.at<&ContainerSupervisor::on_kill_time>(stop_.next(), *this);
  poller.at<&ContainerSupervisor::on_health_time>(health_.next(), *this);
  // The payload may write before init tells that it was executed; whoever started it waits for Started first.
  streams_.add_to(poller, !started_once_ || clients_.behind());
  clients_.add_to(poller);
}

void ContainerSupervisor::on_kill_time() {
  if (stop_.due(clock_.now()) == launch::EndAction::Kill && sandbox_)
    sandbox_->kill_all();
}

void ContainerSupervisor::on_health_time() {
  if (!sandbox_)
    return;
  switch (health_.due(clock_.now())) {
    case HealthAction::None:
      return;
    case HealthAction::Check:
      return begin_health_check();
    case HealthAction::GiveUp:
      sandbox_->signal(SIGKILL, health_.id());
      return exec_ended(health_.id(), SIGKILL);
  }
}

// The user's session or machine ends: as `stop`. A terminal that hangs up is nothing to a container. What
// comes before the payload runs is the set-up's.
launch::SignalUse ContainerSupervisor::on_signal(int signal) {
  if (!sandbox_)
    return signal == SIGTSTP ? launch::SignalUse::StopToo : launch::SignalUse::PassOn;
  if (signal == SIGTERM || signal == SIGINT || signal == SIGQUIT)
    stop(0, -1);
  return launch::SignalUse::Done;
}

void ContainerSupervisor::stop(int signal, std::int64_t grace_ms) {
  state_.stopped_by_user = true;
  if (!sandbox_)
    return;
  const std::int64_t grace =
      grace_ms >= 0 ? grace_ms : static_cast<std::int64_t>(record_.rules.stop_timeout_ms);
  if (grace == 0)
    return sandbox_->kill_all();
  sandbox_->signal(signal ? signal : record_.rules.stop_signal);
  // One that is stopped (Ctrl-Z, SIGSTOP) could not act upon it.
  sandbox_->signal(SIGCONT);
  stop_.kill_at(clock_.now() + std::chrono::milliseconds{grace});
}

}  // namespace snug::container
