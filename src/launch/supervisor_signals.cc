// What ends a run from outside, or is passed on into it: the caller's signals, and the timeout.
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "launch/supervisor.h"

namespace snug {
namespace {

// How long a signal that would end snug waits for a payload that may be about to start.
constexpr std::chrono::milliseconds kSetupGrace{300};

}  // namespace

void Supervisor::signal(int signal, std::uint32_t id) {
  if (!gone_)
    forward_signal(init_, signal, false, id);
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

}  // namespace snug
