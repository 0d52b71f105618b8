// A run of which nothing is kept: plan, trial, run, plan again, outcome.
#pragma once

#include "base/result.h"
#include "launch/launch.h"
#include "session/callbacks.h"
#include "session/planning.h"

namespace snug::session {

struct ThrowawayOptions {
  child::Region arguments{};  // snug's own command line, which init wipes in its copy
  int status_fd{-1};          // gets the lines of --json-status-fd (launch/launch.h)
  SessionCallbacks callbacks{};
};

struct FinishedRun {
  const plan::Plan& plan;  // which was carried out in the end; it lives as long as the process
  launch::Outcome outcome{};
};

// Carries out what is wanted, once in a process: nothing of it is freed. Fails where the payload has not run.
Result<FinishedRun> run_throwaway(Wanted wanted, host::RealHost& host, const ThrowawayOptions& options);

}  // namespace snug::session
