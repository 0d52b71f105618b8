// Carries a plan out: clone, set-up, supervision, and the payload's status at the end.
#pragma once

#include <cstddef>
#include <optional>

#include "base/result.h"
#include "child/program.h"
#include "plan/plan.h"

namespace snug {

struct LaunchOptions {
  child::Region arguments{};  // snug's own command line, which init wipes in its copy
  int status_fd{
      -1};  // gets {"child-pid": N} when the payload runs and {"exit-code": N} when it has ended, a line each
};

struct Outcome {
  int exit_status{};  // the payload's own, 128+n where a signal ended it, 124 after the timeout
  bool timed_out{};
  bool out_of_blocks{};  // the writable layer was full at the end
  bool out_of_inodes{};
  bool operator==(const Outcome&) const = default;
};

// Why a plan could not be carried out, and at which of its steps where it was one.
struct LaunchError {
  Error error{};
  std::optional<std::size_t> step{};
};

using LaunchResult = tl::expected<Outcome, LaunchError>;

inline tl::unexpected<LaunchError> launch_failure(Error error) {
  return tl::unexpected<LaunchError>{LaunchError{std::move(error), {}}};
}

// Runs the plan from beginning to end. Returns once nothing of the sandbox is left: no process, no mount, no
// directory. Fails where a step failed (the error names it, with its origin and a hint); then the payload has
// not run.
LaunchResult run_plan(const Plan& plan, const LaunchOptions& options);

// Carries out everything but the payload, and takes it down again: does this plan work here? Used by explain.
std::optional<LaunchError> try_plan(const Plan& plan);

}  // namespace snug
