#include "launch/supervisor.h"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "launch/memory.h"

namespace snug {
namespace {

// A payload that has run for this long is likely to go on: snug's memory is given back then, and not in the
// way of a short one.
constexpr std::chrono::milliseconds kRestAfter{200};

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

// What the supervisor has to do for init while it sets up has failed: so has the run.
void Supervisor::end_setup(Status status, std::optional<std::size_t> step) {
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
