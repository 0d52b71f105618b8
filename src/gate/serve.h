// The gate's process, and what it and its supervisor say to each other.
#pragma once

#include <string_view>

#include "base/unique_fd.h"
#include "spec/host_rule.h"

namespace snug::gate {

// From the supervisor, first: the sandbox's user namespace, then its network namespace, each with its
// descriptor.
constexpr char kUserMessage = 'U';
constexpr char kNetworkMessage = 'N';
// Later: one more rule, as text after this letter, or with a descriptor one more listener,
// whose port follows as two bytes.
constexpr char kRuleMessage = 'R';
constexpr char kListenerMessage = 'L';
constexpr std::size_t kMostMessage = 512;

// The first message to the supervisor: kReady with the gate's network namespace (kReadyBlind where the kernel
// has no packet(7) to see what is refused), or kFailed and the error (base/error_wire.h).
constexpr std::string_view kReady = "ready";
constexpr std::string_view kReadyBlind = "ready, and blind";
constexpr std::string_view kFailed = "failed";
constexpr std::size_t kMostFailure = 1024;

// Makes the gate's network once it has the sandbox's namespaces, and serves until it is killed or the other
// end of `channel` is closed.
[[noreturn]] void serve_gate(spec::HostRules rules, UniqueFd channel);

}  // namespace snug::gate
