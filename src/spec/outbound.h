// What connects a network of the sandbox's own to the host's (network.mode = "full").
#pragma once

#include <string_view>

namespace snug::spec {

enum class OutboundTool { Pasta, Slirp4netns };

// The program's name, which is also what messages call it.
constexpr std::string_view name_of(OutboundTool tool) {
  return tool == OutboundTool::Pasta ? "pasta" : "slirp4netns";
}

// The device inside, by the name that programs know.
constexpr const char* kOutboundDevice = "eth0";

// What is asked at port 53 of this address inside reaches the first nameserver of the host's resolv.conf, on
// its loopback too. pasta can be told any address, and this one is podman's; slirp4netns has its own:
// passt(1) --dns-forward, slirp4netns(1).
constexpr std::string_view outbound_dns(OutboundTool tool) {
  return tool == OutboundTool::Pasta ? "169.254.1.1" : "10.0.2.3";
}

}  // namespace snug::spec
