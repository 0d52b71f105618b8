// Who a supervisor works for: what is told of its sandbox, and what is asked about it, by subject. A run in
// the foreground has CallerDelegate (launch/caller_delegate.h), a container ContainerSupervisor
// (container/container_supervisor.h).
#pragma once

#include <cstdint>

#include "base/result.h"
#include "base/unique_fd.h"
#include "launch/sandbox.h"
#include "launch/terminal.h"
#include "sys/poller.h"

namespace snug::launch {

// The other ends of the payload's standard descriptors. `terminals`: which of this process's are terminals,
// bit n for fd n.
class StandardStreams {
 public:
  virtual ~StandardStreams() = default;
  // Puts the payload's ends into this process's standard descriptors, which init inherits.
  virtual Status before_clone() = 0;
  // Takes them away again.
  virtual void after_clone() = 0;
  // The size that the payload's terminal begins with, zeros if it is not known.
  virtual WindowSize window(std::uint8_t terminals) const = 0;
  // The master of the payload's terminal, if it has one. Comes while init sets up.
  virtual void take_terminal(UniqueFd master, std::uint8_t terminals) = 0;
};

// The life of the sandbox.
class SandboxEvents {
 public:
  virtual ~SandboxEvents() = default;
  // What init has put together, once the set-up is through. Not of a plan that nothing can join.
  virtual void take_tree(UniqueFd root, UniqueFd user_namespace, UniqueFd network_namespace) = 0;
  // The payload was executed.
  virtual void started(Sandbox& sandbox) = 0;
  // Nothing of the sandbox is left, or will be in a moment: what holds on to its tree must let go. Comes
  // where it never started, too.
  virtual void ended() = 0;
};

// What has become of commands that Sandbox::exec() was asked to start.
class ExecEvents {
 public:
  virtual ~ExecEvents() = default;
  // `master`: of its terminal, if it asked for one.
  virtual void exec_started(std::uint32_t id, UniqueFd master) = 0;
  // `step` of the plan that the request was made of, with the errno.
  virtual void exec_failed(std::uint32_t id, std::uint32_t step, int error) = 0;
  virtual void exec_ended(std::uint32_t id, int wait_status) = 0;
};

enum class SignalUse {
  PassOn,   // it goes to the payload
  Done,     // nothing is left to do
  StopToo,  // SIGTSTP: it goes to the payload, and this process stops
};

// Signals that come to the supervisor, and what stops the payload.
class SignalPolicy {
 public:
  virtual ~SignalPolicy() = default;
  virtual SignalUse on_signal(int signal) = 0;
  // The payload's process group has stopped itself at its terminal. init continues it with SIGCONT.
  virtual void on_stopped() = 0;
};

// One object for each subject; several may be the same.
struct SupervisorDelegate {
  StandardStreams& streams;
  SandboxEvents& events;
  ExecEvents& execs;
  SignalPolicy& signals;
  sys::PollSource& polls;  // waited for along with the sandbox
};

}  // namespace snug::launch
