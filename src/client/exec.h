// The client's side of a command that is executed in a running container (snug exec).
#pragma once

#include "base/result.h"
#include "base/unique_fd.h"
#include "plan/plan.h"

namespace snug::client {

struct ExecManner {
  bool terminal{};    // a terminal for all three descriptors; else for each that is one here
  bool background{};  // returns once it was executed
};

// Has the supervisor at `socket` start the command of `plan` (plan/enter.h), relays its terminal and signals,
// and returns its exit status. Fails if it could not be executed: the error has the exit status for that.
Result<int> run_exec(const UniqueFd& socket, const plan::Plan& plan, const ExecManner& manner);

}  // namespace snug::client
