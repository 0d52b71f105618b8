#include "launch/supervisor.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstring>

#include "launch/id_maps.h"
#include "launch/memory.h"
#include "plan/hints.h"

namespace snug {
namespace {

// A payload that has run for this long is likely to go on: snug's memory is given back then, and not in the
// way of a short one.
constexpr std::chrono::milliseconds kRestAfter{200};

// How long a signal that would end snug waits for a payload that may be about to start.
constexpr std::chrono::milliseconds kSetupGrace{300};

int exit_status_of(int wait_status) {
  return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

}  // namespace

Supervisor::Supervisor(const Plan& plan, const LaunchOptions& options, const HeldSignals& signals,
                       const LaunchFacts& facts)
    : plan_{plan}, options_{options}, signals_{signals}, facts_{facts}, companion_{options.companion} {}

Supervisor::~Supervisor() {
  if (init_ > 0 && !gone_) {
    kill_sandbox();
    reap();
  }
}

LaunchResult Supervisor::run(pid_t init, UniqueFd pidfd, UniqueFd wire) {
  init_ = init;
  pidfd_ = std::move(pidfd);
  wire_ = std::move(wire);
  end_gate_setup(start_gate());
  while (!gone_) poll_once();
  return finish();
}

std::optional<LaunchError> Supervisor::run_until_ready(pid_t init, UniqueFd pidfd, UniqueFd wire) {
  init_ = init;
  pidfd_ = std::move(pidfd);
  wire_ = std::move(wire);
  while (!gone_ && !ready_) poll_once();
  if (!gone_)
    return std::nullopt;
  auto result = finish();
  return result ? LaunchError{{.step = "snug was told to end"}, {}} : std::move(result).error();
}

int Supervisor::poll_timeout() const {
  const auto wakes_at = companion_ && ready_ ? companion_->wakes_at() : std::nullopt;
  auto next = deadline_;
  if (wakes_at && (!next || *wakes_at < *next))
    next = wakes_at;
  if (!rested_) {
    const auto rest = Clock::now() + kRestAfter;
    if (!next || rest < *next)
      next = rest;
  }
  if (!next)
    return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*next - Clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 1 << 30));
}

void Supervisor::poll_once() {
  polls_.assign({{.fd = wire_matters() ? wire_.get() : -1, .events = POLLIN, .revents = 0},
                 {.fd = pidfd_.get(), .events = POLLIN, .revents = 0},
                 {.fd = signals_.fd(), .events = POLLIN, .revents = 0},
                 {.fd = gate_ && !gate_->ended() ? gate_->fd() : -1, .events = POLLIN, .revents = 0},
                 {.fd = outbound_.news(), .events = POLLIN, .revents = 0}});
  const std::size_t own = polls_.size();
  if (companion_) {
    companion_->add_polls(polls_);
  } else if (relay_.active()) {
    polls_.resize(own + TerminalRelay::kPolls);
    polls_.resize(own + relay_.add_polls(polls_.data() + own));
  }
  int ready = poll(polls_.data(), polls_.size(), poll_timeout());
  if (!drain_wire() && ready == 0 && ready_ && !rested_) {
    // Nothing has changed what there is to wait for.
    rested_ = true;
    ready = rest_and_poll(polls_.data(), polls_.size(), poll_timeout());
    (void)drain_wire();
  }
  on_time();
  if (ready <= 0)
    return;
  if (polls_[2].revents)
    read_signals();
  if (polls_[3].revents)
    take_gate_events();
  if (polls_[4].revents)
    end_outbound(on_outbound());
  if (companion_) {
    companion_->handle(polls_.data() + own, polls_.size() - own);
    rested_ = false;  // whatever it did has brought memory back
  } else if (relay_.active() && polls_.size() > own)
    relay_.handle(polls_.data() + own, polls_.size() - own);
  if (polls_[1].revents) {
    // Messages that init sent before it ended are still in the socket.
    (void)drain_wire();
    reap();
  }
}

// Must a message be answered, or told, as soon as it comes? If not it is read when something else wakes snug,
// at the latest init's end: a run without a terminal, timeout or listener then costs no wake-up between clone
// and that.
bool Supervisor::wire_matters() const {
  return companion_ || !early_.empty() || facts_.terminal_fds || options_.status_fd >= 0 ||
         find_step<Timeout>(plan_) || find_step<MapRange>(plan_) || find_step<PublishPorts>(plan_) ||
         find_step<OpenGate>(plan_) || find_step<ConnectNetwork>(plan_) || !facts_.disk_upper.empty();
}

// Was there anything?
bool Supervisor::drain_wire() {
  bool any = false;
  while (wire_ && read_wire()) any = true;
  return any;
}

// One message. False where there is none.
bool Supervisor::read_wire() {
  child::Message message;
  int received[child::kMaxFds];
  const int result = child::receive_message(wire_.get(), message, received);
  if (result == -EAGAIN)
    return false;
  Fds fds;
  for (unsigned i = 0; i < child::kMaxFds; ++i) fds[i].reset(received[i]);
  if (result == 1) {
    on_message(message, fds);
    return true;
  }
  if (result < 0 && result != -ECONNRESET)
    end_setup(fail({.step = "read what init tells", .err = -result}));
  wire_.reset();  // end of file: init is gone or going; its pidfd says when
  return false;
}

void Supervisor::on_message(const child::Message& message, Fds& fds) {
  switch (message.kind) {
    case child::MessageKind::AwaitMaps:
      return end_setup(give_maps(), index_of<MapRange>(plan_));
    case child::MessageKind::Namespaces:
      return start_network(fds[0], fds[1]);
    case child::MessageKind::Fuse:
      return end_setup(serve_fuse(message.id, std::move(fds[0]), std::move(fds[1])));
    case child::MessageKind::Terminal:
      return companion_ ? companion_->take_terminal(std::move(fds[0]))
                        : relay_.start(std::move(fds[0]), facts_.caller_terminals);
    case child::MessageKind::Ready:
      ready_ = true;
      killed_by_ = 0;
      for (const int signal : early_) forward_signal(init_, signal, false);
      early_.clear();
      write_status("child-pid", init_);
      set_deadline();
      if (companion_)
        companion_->started(*this);
      return;
    case child::MessageKind::Failed:
      if (!error_ && message.step < plan_.steps.size())
        error_ = {explain_failure(plan_.steps[message.step], message.error, message.detail), message.step};
      return;
    case child::MessageKind::Exited:
      status_ = message.status;
      outcome_.out_of_blocks = message.full & 1;
      outcome_.out_of_inodes = message.full & 2;
      deadline_.reset();
      // It tells what is left and ends, while init does.
      if (gate_ && gate_->started())
        gate_->finish();
      return;
    case child::MessageKind::Stopped:
      if (!relay_.active())
        return;
      relay_.drain();
      relay_.raw_mode().restore();
      stop_self();
      return;  // SIGCONT, pending now, wakes the payload too
    case child::MessageKind::Tree:
      if (companion_)
        on_companion_message(message, fds);
      return;
    case child::MessageKind::Entered:
    case child::MessageKind::EnterFailed:
    case child::MessageKind::Left:
      if (companion_)
        on_companion_message(message, fds);
      return;
    case child::MessageKind::Go:
    case child::MessageKind::Enter:
      return;
  }
}

void Supervisor::on_companion_message(const child::Message& message, Fds& fds) {
  if (message.kind == child::MessageKind::Tree)
    companion_->take_tree(std::move(fds[0]), std::move(fds[1]), std::move(fds[2]));
  else if (message.kind == child::MessageKind::Entered)
    companion_->entered(message.id, std::move(fds[0]));
  else if (message.kind == child::MessageKind::EnterFailed)
    companion_->enter_failed(message.id, message.step, message.error);
  else
    companion_->left(message.id, message.status);
}

void Supervisor::signal(int signal, std::uint32_t id) {
  if (!gone_)
    forward_signal(init_, signal, false, id);
}

// The message first: init looks for it when the signal comes.
Status Supervisor::enter(std::uint32_t id, int request, const int (&standard)[3]) {
  const int fds[] = {request, standard[0], standard[1], standard[2]};
  const int sent =
      wire_ ? child::send_message(wire_.get(), {.kind = child::MessageKind::Enter, .id = id}, fds, 4)
            : -EPIPE;
  if (sent < 0)
    return fail({.step = "ask init to start a command", .err = -sent});
  wake_init(init_);
  return {};
}

Status Supervisor::give_maps() {
  const MapRange* step = find_step<MapRange>(plan_);
  if (!step)
    return fail({.step = "init asked for id maps that are not planned"});
  if (Status status = write_range_maps(init_, *step); !status)
    return status;
  return say_go("tell init that its ids are mapped");
}

Status Supervisor::say_go(const char* what) {
  const child::Message go{.kind = child::MessageKind::Go};
  ssize_t sent = 0;
  do sent = send(wire_.get(), &go, sizeof go, MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  // That init has died its pidfd tells. Anything else must end it: it would wait for ever.
  if (sent < 0 && errno != EPIPE && errno != ECONNRESET)
    return fail({.step = what, .err = errno});
  return {};
}

Status Supervisor::serve_fuse(unsigned number, UniqueFd device, UniqueFd user_namespace) {
  const auto overlay = fuse_overlay(plan_, number, facts_.disk_upper);
  if (!overlay || !device || !user_namespace)
    return fail({.step = "init asked for a FUSE server that is not planned"});
  return fuse_.emplace_back().start(*overlay, std::move(user_namespace), std::move(device));
}

// What the supervisor has to do for init while it sets up has failed: so has the run.
void Supervisor::end_setup(Status status, std::optional<std::size_t> step) {
  if (status || error_)
    return;
  error_ = {std::move(status).error(), step};
  kill_sandbox();
}

void Supervisor::read_signals() {
  signalfd_siginfo info;
  while (read(signals_.fd(), &info, sizeof info) == sizeof info)
    on_signal(static_cast<int>(info.ssi_signo), info.ssi_code == SI_KERNEL);
}

void Supervisor::on_signal(int signal, bool from_terminal) {
  if (ready_ && companion_ && companion_->on_signal(signal))
    return;
  switch (signal) {
    case SIGCHLD:
    case SIGPIPE:
    case SIGALRM:
    case child::kForwardSignal:
      return;
    case SIGWINCH:
      if (relay_.active())
        return relay_.resize();
      break;
    case SIGTSTP:
      if (ready_)
        forward_signal(init_, SIGTSTP, true);
      relay_.raw_mode().restore();
      stop_self();
      return;  // SIGCONT is pending now and passes itself on
    case SIGCONT:
      relay_.raw_mode().enter();
      relay_.resize();
      from_terminal = true;  // what was stopped as a group goes on as one
      break;
    default:
      break;
  }
  if (ready_) {
    forward_signal(init_, signal, from_terminal);
    return;
  }
  // The payload is not known to run yet; it may have been executed this very moment. What ends snug waits a
  // little for that, since the payload may want to handle it, and then ends the set-up.
  early_.push_back(signal);
  if (signal == SIGINT || signal == SIGTERM || signal == SIGHUP || signal == SIGQUIT) {
    killed_by_ = signal;
    deadline_ = Clock::now() + kSetupGrace;
  }
}

void Supervisor::set_deadline() {
  deadline_.reset();
  if (const Timeout* timeout = find_step<Timeout>(plan_))
    deadline_ = Clock::now() + std::chrono::milliseconds{timeout->after_ms};
}

void Supervisor::on_time() {
  if (companion_ && ready_)
    if (const auto at = companion_->wakes_at(); at && Clock::now() >= *at)
      companion_->on_time();
  if (deadline_ && Clock::now() >= *deadline_ && !ready_) {
    kill_sandbox();
    deadline_.reset();
  } else if (deadline_ && Clock::now() >= *deadline_) {
    const Timeout* timeout = find_step<Timeout>(plan_);
    if (outcome_.timed_out) {
      kill_sandbox();
      deadline_.reset();
    } else {
      outcome_.timed_out = true;
      forward_signal(init_, SIGTERM, true);
      deadline_ = Clock::now() + std::chrono::milliseconds{timeout->grace_ms};
    }
  }
}

void Supervisor::kill_sandbox() {
  // Not by pidfd, which an outer filter may refuse: the pid is init's until it is reaped here.
  if (init_ > 0 && !gone_)
    (void)kill(init_, SIGKILL);
}

void Supervisor::reap() {
  siginfo_t info{};
  while (waitid(P_PID, static_cast<id_t>(init_), &info, WEXITED) != 0 && errno == EINTR) {
  }
  gone_ = true;
  killed_ = info.si_code != CLD_EXITED;
}

LaunchResult Supervisor::finish() {
  if (gate_)
    finish_gate();
  if (companion_)
    companion_->ended();
  for (FuseServer& server : fuse_) server.stop();
  outbound_.stop();
  relay_.drain();
  relay_.raw_mode().restore();
  if (error_) {
    for (const FuseServer& server : fuse_)
      if (const std::string said = server.last_words(); error_->error.err == ENOTCONN && !said.empty())
        error_->error.hint = "fuse-overlayfs ended: " + said;
    return tl::unexpected{std::move(*error_)};
  }
  if (outcome_.timed_out) {
    outcome_.exit_status = 124;
  } else if (status_) {
    outcome_.exit_status = exit_status_of(*status_);
  } else if (killed_by_) {
    outcome_.exit_status = 128 + killed_by_;
  } else if (ready_ && !killed_) {
    return launch_failure({.step = "init ended without telling how the command did"});
  } else if (ready_) {
    outcome_.exit_status = 128 + SIGKILL;  // somebody killed init, and with it the payload
  } else {
    return launch_failure(
        {.step = "init died while the sandbox was being set up",
         .hint = "it was killed from outside, or the machine is out of memory (dmesg tells)"});
  }
  write_status("exit-code", outcome_.exit_status);
  return outcome_;
}

void Supervisor::write_status(std::string_view key, long value) const {
  if (options_.status_fd < 0)
    return;
  const std::string line = fmt::format("{{\"{}\": {}}}\n", key, value);
  // A reader that has gone must not end the run.
  (void)!write(options_.status_fd, line.data(), line.size());
}

}  // namespace snug
