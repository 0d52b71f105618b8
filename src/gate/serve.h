// The gate's process.
#pragma once

#include <string_view>
#include <vector>

#include "gate/gate_socket.h"
#include "spec/host_rule.h"

namespace snug {

// From the supervisor: one more rule, as text after this letter, or with a descriptor one more listener,
// whose port follows as two bytes.
constexpr char kRuleMessage = 'R';
constexpr char kListenerMessage = 'L';
constexpr std::size_t kMostMessage = 512;

// Serves until it is killed or the other end of `channel` is closed. The first message that it sends is
// kReady, or what went wrong, in words.
constexpr std::string_view kReady = "ready";
[[noreturn]] void serve_gate(std::vector<GateSocket> sockets, HostRules rules, UniqueFd channel);

}  // namespace snug
