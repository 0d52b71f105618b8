// run and shell with a container that is kept, or in the background; and what start shares with them.
#pragma once

#include <optional>

#include "base/result.h"
#include "cli/grammar/invocation.h"
#include "container/store.h"
#include "host/real_host.h"

namespace snug::cli {

Result<int> run_kept(const Invocation& invocation, host::RealHost& host);

// How the one who starts a container goes on.
struct StartManner {
  bool attached{};
  bool input{};
  bool sig_proxy{true};
  bool print_name{};  // on standard output, once it runs in the background
  std::string detach_keys{};
};

// Starts a container that is stopped and locked by the caller, by what is kept of it.
Result<int> start_again(const Invocation& invocation, host::RealHost& host, container::Container container,
                        const StartManner& manner);

// Attaches to a running one. The payload's exit status, or 0 where the user has detached.
Result<int> attach_container(const Invocation& invocation, const container::Container& container,
                             const StartManner& manner);

Result<std::string> detach_keys(const std::optional<std::string>& typed);

}  // namespace snug::cli
