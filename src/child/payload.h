// The payload's own process, and that of a command that joins it.
#pragma once

#include <signal.h>

#include "child/program.h"

namespace snug::child {

struct Start {
  const Payload& payload;
  sigset_t mask;  // the signals that it starts with blocked
  int wire;
  int slave = -1;
  bool entered = false;       // beside the payload: a session of its own, its directory still to be entered
  int fds[3] = {-1, -1, -1};  // what the standard descriptors become, -1 where they stay
};

// Takes on capabilities, directory, Landlock, filter. 0, or minus an errno with `step` set. A filter that
// asks is told of over the wire.
int confine(const Payload& payload, int wire, uint16_t& step);

// Forks and executes. The pid, or minus an errno with `step` set to the step that failed.
int start_process(const Start& start, uint16_t& step);

}  // namespace snug::child
