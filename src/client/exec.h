// The client's side of a command that joins a container.
#pragma once

#include "base/result.h"
#include "base/unique_fd.h"
#include "plan/plan.h"

namespace snug {

struct JoinManner {
  bool terminal{};    // a terminal for all three descriptors; else for each that is one here
  bool background{};  // returns once it was executed
};

// Has the supervisor at `socket` start the command of `plan` (plan/enter.h), relays its terminal and signals,
// and answers its exit status. Fails where it could not be executed: the error has the exit status for that.
Result<int> run_joined(const UniqueFd& socket, const Plan& plan, const JoinManner& manner);

}  // namespace snug
