// What ends a run from outside, or is passed on into it: the caller's signals, and the timeout.
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "launch/supervisor.h"
#include "launch/trace.h"

namespace snug::launch {
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
  if (signal == SIGCHLD || signal == SIGPIPE || signal == SIGALRM || signal == child::kForwardSignal)
    return;
  switch (delegate_.signals.on_signal(signal)) {
    case SignalUse::Done:
      return;
    case SignalUse::StopToo:
      if (ready_)
        forward_signal(init_, signal, true);
      return stop_self();  // SIGCONT is pending when this returns, and passes itself on
    case SignalUse::PassOn:
      break;
  }
  if (ready_) {
    // What was stopped as a group goes on as one.
    forward_signal(init_, signal, from_terminal || signal == SIGCONT);
    return;
  }
  // The payload is not known to run yet; it may have been executed this very moment. What ends snug waits a
  // little for that, since the payload may want to handle it, and then ends the set-up.
  early_.push_back(signal);
  if (signal == SIGINT || signal == SIGTERM || signal == SIGHUP || signal == SIGQUIT) {
    killed_by_ = signal;
    deadline_.kill_at(poller_.now() + kSetupGrace);
  }
}

void Supervisor::set_timeout() {
  deadline_.clear();
  if (const plan::Timeout* timeout = plan::find_step<plan::Timeout>(plan_))
    deadline_.terminate_at(poller_.now() + std::chrono::milliseconds{timeout->after_ms},
                           std::chrono::milliseconds{timeout->grace_ms});
  trace_step(plan_, plan::index_of<plan::Timeout>(plan_), 0);
}

void Supervisor::on_deadline() {
  switch (deadline_.due(poller_.now())) {
    case EndAction::None:
      return;
    case EndAction::Terminate:
      outcome_.timed_out = true;
      return forward_signal(init_, SIGTERM, true);
    case EndAction::Kill:
      return kill_sandbox();
  }
}

}  // namespace snug::launch
