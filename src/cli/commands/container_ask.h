// The containers that a command names, and requests to the supervisor of a running one: what stop, kill,
// restart, wait, rm and prune share.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/grammar/invocation.h"
#include "container/channel.h"
#include "container/store.h"

namespace snug::cli {

// Sends the request and waits for the answer. Fails with what was refused; with err EPIPE where the
// supervisor died over it.
Result<container::Frame> ask(const container::Container& container, const container::FrameText& request);

// The same of a container that may end meanwhile: nullopt if it does not run, or no longer.
Result<std::optional<container::Frame>> ask_if_running(const container::Container& container,
                                                       const container::FrameText& request);

// Ends the container, and waits until nothing of it is left. True if it ran.
Result<bool> stop_container(const container::Container& container, int signal, std::int32_t grace_ms);

// Waits until nobody holds the container's lock, and takes it: a supervisor that has just reported the end is
// still busy for a moment. Fails with EBUSY if the container stays in use.
Status lock_stopped(container::Container& container);

// The container that the command's first word names.
Result<container::Container> named_container(const Invocation& invocation);

// Removes a container that does not run, or with `force` any. Fails if it is running without `force`.
Status remove_container(const container::ContainerStore& store, container::Container& container, bool force);

// The milliseconds of --time, or -1 for the container's own.
Result<std::int32_t> parse_stop_time(const std::optional<std::string>& typed);

// Calls `act` for each name in turn, whatever becomes of the others, and prints each name that went well. The
// first error is the answer; the others are printed at once.
using ContainerAction = std::function<Status(const container::ContainerStore&, container::Container&)>;
Result<int> for_each_container(const std::vector<std::string>& names, const CommonOptions& common,
                               const ContainerAction& act);

// The same for the names that were typed.
Result<int> for_each_container(const Invocation& invocation, const ContainerAction& act);

}  // namespace snug::cli
