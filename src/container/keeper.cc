#include "container/keeper.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>

#include "child/wire.h"
#include "container/clock.h"
#include "container/control.h"
#include "container/enter_wish.h"
#include "launch/enter_request.h"
#include "plan/enter.h"
#include "sys/process_identity.h"

namespace snug {

Keeper::Keeper(Container& container, ContainerRecord record, RunState state, UniqueFd first)
    : container_{container},
      record_{std::move(record)},
      state_{std::move(state)},
      clients_{*this},
      health_{record_.rules.health} {
  if (first)
    starter_ = &clients_.add(std::move(first));
}

Status Keeper::prepare() {
  auto log = LogWriter::open(container_.dir(), record_.rules.log_size, record_.rules.log_files);
  if (!log)
    return tl::unexpected{log.error()};
  log_ = std::move(*log);
  auto path = control_path(record_.id);
  if (!path)
    return tl::unexpected{path.error()};
  auto listener = listen_at(*path);
  if (!listener)
    return tl::unexpected{listener.error()};
  clients_.listen(std::move(*listener));
  state_.control = *path;
  // What its starter says comes before the first run: an early Attach must not miss the first output.
  while (starter_ && !starter_->attached && !starter_->waits) {
    auto frame = await_frame(starter_->socket.get());
    if (!frame)
      return tl::unexpected{frame.error()};
    if (frame->kind == FrameKind::Resize)
      window_ = {static_cast<std::uint16_t>(frame->a), static_cast<std::uint16_t>(frame->b)};
    else
      on_frame(*starter_, *frame);
  }
  return {};
}

Status Keeper::before_clone() {
  // Without -i the input is that of whoever starts it attached; nobody else has any to give.
  const bool given = starter_ && starter_->has_input;
  return streams_.open(state_.terminal, record_.rules.open_input || given);
}

void Keeper::begin_run() {
  state_.finished_ns = 0;
  state_.error.clear();
  state_.stopped_by_user = false;
  state_.health = Health::None;
}

void Keeper::take_tree(UniqueFd root, UniqueFd user_namespace, UniqueFd network_namespace) {
  tree_[0] = std::move(root);
  tree_[1] = std::move(user_namespace);
  tree_[2] = std::move(network_namespace);
}

void Keeper::started(Sandbox& sandbox) {
  sandbox_ = &sandbox;
  state_.phase = RunPhase::Running;
  state_.started_ns = now_ns();
  state_.supervisor_pid = getpid();
  state_.init_pid = sandbox.init();
  state_.init_start = start_time_of(sandbox.init()).value_or(0);
  state_.boot_id = boot_id();
  state_.health = health_.start(Clock::now());
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
void Keeper::ended() {
  streams_.drain(sink());
  streams_.close();
  sandbox_ = nullptr;
  kill_at_.reset();
  health_.stop();
  for (UniqueFd& fd : tree_) fd.reset();
  clients_.for_each([&](Client& client) {
    if (client.attached)
      clients_.tell(client, {.kind = FrameKind::Over});
    if (client.entered)
      clients_.tell(client, {.kind = FrameKind::Left, .a = SIGKILL});
    client.entered = 0;
  });
}

void Keeper::gate_event(const GateEvent& event) {
  if (!network_log_)
    if (auto log = NetworkLog::open(container_.dir(), record_.rules.log_size, record_.rules.log_files))
      network_log_ = *std::move(log);
  if (network_log_)
    network_log_->append(event);
  if (told_.is_new(event))
    clients_.output(LogStream::Err, "snug: note: " + gate_note(event) + (state_.terminal ? "\r\n" : "\n"));
}

void Keeper::end_run(int exit_code, const std::string& error) {
  state_.phase = RunPhase::Exited;
  state_.exit_code = exit_code;
  state_.error = error;
  state_.finished_ns = now_ns();
  state_.health = Health::None;
  write_state();
}

void Keeper::never_started(const Error& error) {
  start_error_ = error;
}

bool Keeper::wait_before_restart(std::chrono::milliseconds delay) {
  const auto until = Clock::now() + delay;
  while (!state_.stopped_by_user) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
    if (left.count() <= 0)
      return true;
    std::vector<pollfd> polls;
    clients_.add_polls(polls);
    if (poll(polls.data(), polls.size(), static_cast<int>(left.count())) > 0)
      (void)clients_.handle(polls.data());
  }
  return false;
}

void Keeper::close_door() {
  clients_.close_listener();
  if (!state_.control.empty())
    (void)unlink(state_.control.c_str());  // the next start replaces it anyway
}

void Keeper::farewell() {
  if (starter_ && start_error_)
    clients_.tell(*starter_,
                  {.kind = FrameKind::StartFailed,
                   .a = start_error_->status,
                   .b = start_error_->err_said ? 0 : start_error_->err,
                   .data = start_error_->step + '\0' + start_error_->origin + '\0' + start_error_->hint});
  clients_.for_each([&](Client& client) {
    if (client.attached || client.waits)
      clients_.tell(client, {.kind = FrameKind::Ended, .a = state_.exit_code, .data = state_.error});
  });
  clients_.finish();
}

void Keeper::write_state() {
  // A full disk must not end a container that runs: that it does is told by its lock. The log says so.
  if (Status status = container_.write_state(state_); !status && log_)
    log_->append(LogStream::Err, "snug: " + describe(status.error()) + "\n", now_ns());
}

Streams::Sink Keeper::sink() {
  return [this](LogStream stream, std::string_view bytes) {
    log_->append(stream, bytes, now_ns());
    // Nobody is told of a payload that was ended again because its start could not be written down.
    if (started_once_)
      clients_.output(stream, bytes);
  };
}

void Keeper::add_polls(std::vector<pollfd>& polls) {
  // The payload may write before init tells that it was executed; whoever started it waits for Started first.
  streams_.add_polls(polls, !started_once_ || clients_.behind());
  clients_.add_polls(polls);
}

void Keeper::handle(const pollfd* polls, std::size_t) {
  polls += streams_.handle(polls, sink());
  (void)clients_.handle(polls);
}

std::optional<Keeper::Clock::time_point> Keeper::wakes_at() const {
  const auto health = health_.wakes_at();
  return kill_at_ && (!health || *kill_at_ < *health) ? kill_at_ : health;
}

void Keeper::on_time() {
  const auto now = Clock::now();
  if (kill_at_ && now >= *kill_at_) {
    kill_at_.reset();
    if (sandbox_)
      sandbox_->kill_all();
  }
  if (const auto at = health_.wakes_at(); at && now >= *at && sandbox_) {
    if (health_.running()) {
      sandbox_->signal(SIGKILL, health_.id());
      left(health_.id(), SIGKILL);
    } else {
      begin_health_check();
    }
  }
}

// The user's session or machine ends: as `stop`. A terminal that hangs up is nothing to a container.
bool Keeper::on_signal(int signal) {
  if (signal == SIGTERM || signal == SIGINT || signal == SIGQUIT)
    stop(0, -1);
  return true;
}

void Keeper::stop(int signal, std::int64_t grace_ms) {
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
  kill_at_ = Clock::now() + std::chrono::milliseconds{grace};
}

}  // namespace snug
