// Signals while a sandbox runs: all of them are held back and read from a descriptor, so that none comes
// between two steps.
#pragma once

#include <signal.h>

#include "base/result.h"
#include "base/unique_fd.h"

namespace snug {

// Blocks what snug handles itself for as long as it lives, and gives SIGCHLD and SIGPIPE their defaults back:
// a caller that ignores them would otherwise break waiting, and hand the setting on to the payload.
class HeldSignals {
 public:
  static Result<HeldSignals> hold();
  HeldSignals(HeldSignals&&) = default;
  ~HeldSignals();

  int fd() const { return fd_.get(); }
  const sigset_t& caller_mask() const { return saved_; }

 private:
  HeldSignals() = default;
  UniqueFd fd_;
  sigset_t saved_{};
};

// Sends init the request to pass `signal` on (child/wire.h).
void forward_signal(pid_t init, int signal, bool to_group);

// Stops snug itself as SIGTSTP's default would, and returns when it goes on.
void stop_self();

}  // namespace snug
