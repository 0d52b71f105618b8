// The containers that a command names, and asking a running one's supervisor for something: what stop, kill,
// restart, wait and rm share.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "base/result.h"
#include "cli/grammar/options.h"
#include "container/channel.h"
#include "container/store.h"

namespace snug {

// Sends the request and waits for the answer. Fails with what was refused; with err EPIPE where the
// supervisor died over it.
Result<Frame> ask(const Container& container, const FrameText& request);

// The same of a container that may end meanwhile: nothing where it does not run, or does not any more.
Result<std::optional<Frame>> ask_if_running(const Container& container, const FrameText& request);

// Ends it, and waits until nothing of it is left. True where it ran.
Result<bool> stop_container(const Container& container, int signal, std::int32_t grace_ms);

// Waits until nobody has the container any more, and takes it: a supervisor that has just told its end is
// still busy for a moment. Fails with EBUSY where it stays in use.
Status lock_stopped(Container& container);

// The container that the command's first word names.
Result<Container> named_container(const Options& options);

// Does it for each name in turn, whatever becomes of the others, and prints each name that went well. The
// first error is the answer; the others are printed at once.
Result<int> for_each_container(const Options& options,
                               const std::function<Status(const ContainerStore&, Container&)>& act);

}  // namespace snug
