// Signals while a sandbox runs: all of them are held back and read from a descriptor, so that none comes
// between two steps.
#pragma once

#include <signal.h>

#include <cstdint>

#include "base/result.h"
#include "base/unique_fd.h"

namespace snug::launch {

// Blocks what snug handles itself for as long as it lives, and gives SIGCHLD and SIGPIPE their defaults back:
// a caller that ignores them would otherwise break waiting, and hand the setting on to the payload.
class HeldSignals {
 public:
  static Result<HeldSignals> hold();
  HeldSignals(HeldSignals&&) = default;
  ~HeldSignals();

  // Lets the signals through from now on, while the object lives on.
  void let_go();

  int fd() const { return fd_.get(); }  // -1 once they were let go
  const sigset_t& caller_mask() const { return saved_; }

 private:
  HeldSignals() = default;
  UniqueFd fd_;
  sigset_t saved_{};
};

// Sends init the request to pass `signal` on (child/wire.h): to the payload, or to the entered command `id`.
void forward_signal(pid_t init, int signal, bool to_group, std::uint32_t id = 0);

// Tells init that there is a message for it on the wire.
void wake_init(pid_t init);

// Stops snug itself as SIGTSTP's default would, and returns when it goes on.
void stop_self();

}  // namespace snug::launch
