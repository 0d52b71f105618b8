#include "launch/supervisor.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "launch/trace.h"

namespace snug::launch {
namespace {

// A payload that has run for this long is likely to go on: snug's memory is given back then, and not in the
// way of a short one.
constexpr std::chrono::milliseconds kRestAfter{200};

int exit_status_of(int wait_status) {
  return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

}  // namespace

Supervisor::Supervisor(const plan::Plan& plan, const LaunchOptions& options,
                       const SupervisorDelegate& delegate, const HeldSignals& signals,
                       const LaunchFacts& facts)
    : plan_{plan}, options_{options}, signals_{signals}, facts_{facts}, delegate_{delegate} {}

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

// The order is that in which they are looked at: what init said before it ended comes before its end.
void Supervisor::add_to(sys::Poller& poller) {
  poller.at<&Supervisor::on_deadline>(deadline_.next(), *this);
  if (!rested_)
    poller.wake_at(poller.now() + kRestAfter);
  if (wire_matters())
    poller.wake_on(wire_.get(), POLLIN);
  poller.on<&Supervisor::read_signals>(signals_.fd(), POLLIN, *this);
  if (gate_ && !gate_->ended())
    poller.on<&Supervisor::on_gate>(gate_->fd(), POLLIN, *this);
  poller.on<&Supervisor::on_outbound>(outbound_.news(), POLLIN, *this);
  for (SetidJudge& judge : judges_) judge.add_to(poller);
  delegate_.polls.add_to(poller);
  poller.on<&Supervisor::on_init_ended>(pidfd_.get(), POLLIN, *this);
}

void Supervisor::poll_once() {
  const bool woken = poller_.wait(*this) > 0;
  // First of all: whether the payload runs decides what becomes of a signal.
  const bool told = drain_wire();
  if (!woken && !told && ready_ && !rested_) {
    rested_ = true;
    clock_.rest_in_next_wait();
  } else if (woken && options_.stays) {
    rested_ = false;  // whatever was done has brought memory back
  }
  poller_.tell();
}

void Supervisor::on_init_ended() {
  // Messages that init sent before it ended are still in the socket.
  (void)drain_wire();
  reap();
}

// What the supervisor has to do for init while it sets up has been done, or has failed: then so has the run.
void Supervisor::end_setup(Status status, std::optional<std::size_t> step) {
  if (step)
    trace_step(plan_, *step, status ? 0 : status.error().err);
  if (status || error_)
    return;
  error_ = {std::move(status).error(), step};
  kill_sandbox();
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
  delegate_.events.ended();
  for (FuseServer& server : fuse_) server.stop();
  outbound_.stop();
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

}  // namespace snug::launch
