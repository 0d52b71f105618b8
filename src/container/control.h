// A container's control socket.
#pragma once

#include <string>

#include "base/result.h"
#include "base/unique_fd.h"
#include "container/store.h"

namespace snug::container {

// $XDG_RUNTIME_DIR/snug/ID.sock; where that is unset or is not ours, /tmp/snug-UID/ID.sock. The directory is
// made with mode 0700. Fails where it belongs to somebody else or is open to others: who can reach the socket
// can enter the container.
Result<std::string> control_path(const std::string& id);

// Removes what a killed supervisor of the container `id`, which is locked by the caller, has left there.
void remove_socket(const std::string& id);

// Listens at `path`; what a killed supervisor has left there is replaced.
Result<UniqueFd> listen_at(const std::string& path);

// Takes a connection, or nothing where there is none or it is refused: of another user, or from within a
// sandbox (another user namespace) that the socket's directory was mounted into.
UniqueFd accept_client(int listener);

// What is said where a command wants a container that runs.
Error not_running(const Container& container);

// The state of a container whose payload runs. Fails with not_running() where it does not, or not yet.
Result<RunState> running_state(const Container& container);

// Connects to the supervisor of a running container, by the path in its state. Fails with
// not_running() where the container is stopped, with a hint where its supervisor does not answer.
Result<UniqueFd> connect_to(const Container& container, const RunState& state);

}  // namespace snug::container
