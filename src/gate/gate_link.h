// The network behind a gate: a namespace of its own, joined to the sandbox's by a pair of virtual devices
// (veth(4)), in which every address is this machine's. Whatever a program inside connects to arrives there,
// and finds who listens for the port, or nobody. Nothing else is in that namespace, so that nothing can leave
// it.
#pragma once

#include "base/unique_fd.h"

namespace snug::gate {

// What of it went wrong, for sentences.
enum class GateStage : unsigned { Join, Network, Link, Address, Loopback, Socket, Listen };

struct GateLink {
  UniqueFd network{};  // the gate's namespace; this process is in it
  bool ipv6{};         // does this kernel have it?
  GateStage stage{};   // the last that was begun
  int error{};         // an errno, or 0
};

// Joins the two namespaces of a sandbox, makes the gate's beside its network, and stays there. Wants to be a
// process of its own, with one thread. Needs nothing of the machine: with the sandbox's user namespace comes
// every capability over both networks.
GateLink make_gate_link(int user_namespace, int network_namespace);

}  // namespace snug::gate
