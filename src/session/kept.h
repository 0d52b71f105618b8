// Containers that are kept or in the background: made, and started again.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "container/record.h"
#include "container/store.h"
#include "launch/launch.h"
#include "launch/terminal.h"
#include "session/callbacks.h"
#include "session/planning.h"

namespace snug::session {

// What is taken from the caller is taken now, since a start from elsewhere must come to the same: variables
// that are passed on become variables that are set, an Auto terminal becomes On or Off (`terminal`), the
// image's path becomes absolute. Before it is planned.
void resolve_for_keeping(spec::Spec& spec, bool terminal, const host::RealHost& host);

// How the one who starts a container goes on: the supervisor's first client.
struct FirstClient {
  bool attached{};              // sees the payload's output from its first byte
  bool input{};                 // and feeds its input
  launch::WindowSize window{};  // of the caller's terminal; zeros where there is none
  child::Region arguments{};    // snug's own command line, which the supervisor overwrites in its copy
  SessionCallbacks callbacks{};
};

struct StartedContainer {
  UniqueFd socket{};                   // to its supervisor (container/channel.h)
  bool terminal{};                     // the payload's descriptors are one terminal
  std::vector<std::string> watched{};  // paths that the plan's ReportNew steps name
};

// Makes the container `name` of a Spec that was resolved, and starts it. Returns when its payload was
// executed. Fails with the error of what could not be made, or of the start; then there is no container.
Result<StartedContainer> create_container(const std::string& name, Wanted wanted,
                                          const container::KeepRules& rules, host::RealHost& host,
                                          const FirstClient& client);

// Starts a container that is stopped, and locked by the caller, by its record.
Result<StartedContainer> start_container(container::Container container, host::RealHost& host,
                                         const FirstClient& client);

}  // namespace snug::session
