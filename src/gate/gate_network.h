// The network of a gate and the sockets in it, made by processes that join namespaces, which cannot be
// undone.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "gate/gate_socket.h"

namespace snug {

// Makes the network beside that of a sandbox, with the sockets of the name server, one that sees what is
// refused (where this kernel has packet(7)), and a listener at each port.
class NetworkMaker {
 public:
  // Starts the process, which reads kUserMessage and kNetworkMessage (gate/serve.h) from `channel`. Nobody
  // waits for it: SIGCHLD is ignored here.
  static Result<NetworkMaker> begin(int channel, const std::vector<std::uint16_t>& ports);
  // Waits until it is done. The first of the sockets is the network itself (Kind::Network). Fails with the
  // step that failed.
  Result<std::vector<GateSocket>> finish();

 private:
  explicit NetworkMaker(UniqueFd sockets) : sockets_{std::move(sockets)} {}
  UniqueFd sockets_;
};

// More listeners in a network that was made so.
Result<std::vector<GateSocket>> open_gate_listeners(const UniqueFd& user_namespace,
                                                    const UniqueFd& gate_network,
                                                    const std::vector<std::uint16_t>& ports);

}  // namespace snug
