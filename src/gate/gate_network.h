// The network of a gate and the sockets in it. Who makes them joins namespaces, which cannot be undone: a
// child does it, which has this process's memory and descriptors (clone(2), CLONE_VM and CLONE_FILES), while
// this process stands still. Copying the memory would cost more than all that it does.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "gate/gate_socket.h"

namespace snug::gate {

// Makes the network beside that of a sandbox, with the sockets of the name server, one that sees what is
// refused (where this kernel has packet(7)), and a listener at each port. The first is the network itself
// (Kind::Network), for open_gate_listeners(). Fails with the step that failed.
Result<std::vector<GateSocket>> make_gate_network(const UniqueFd& user_namespace,
                                                  const UniqueFd& network_namespace,
                                                  const std::vector<std::uint16_t>& ports);

// More listeners in a network that was made so.
Result<std::vector<GateSocket>> open_gate_listeners(const UniqueFd& user_namespace,
                                                    const UniqueFd& gate_network,
                                                    const std::vector<std::uint16_t>& ports);

}  // namespace snug::gate
