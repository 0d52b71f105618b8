// Names and addresses: what counts as one, what the options of the name service take, and where a sandbox's
// resolver is.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "spec/values.h"

namespace snug::spec {

// Where the gate answers: in the range that it makes local (RFC 2544's, 198.18.0.0/15), so that nobody
// outside has it.
constexpr std::string_view kGateResolver = "198.18.0.1";

// What --network and network.mode take: "none", "gate", "full", "host", or "container:NAME".
struct NetworkChoice {
  NetworkMode mode{};
  std::string container{};  // only with NetworkMode::Container
  bool operator==(const NetworkChoice&) const = default;
};
Result<NetworkChoice> parse_network(std::string_view text, std::string_view what);

// A line of /etc/hosts.
struct HostEntry {
  std::string name{};
  std::string address{};  // without brackets
  bool operator==(const HostEntry&) const = default;
};

// "NAME:ADDRESS" or "NAME=ADDRESS" (docker's --add-host); an IPv6 address with or without brackets. Docker's
// host-gateway is refused: no address inside leads to the host.
Result<HostEntry> parse_host_entry(std::string_view text, std::string_view what);

// The same, for what keeps the text.
Status check_host_entry(std::string_view text, std::string_view what);

// The address of a name server.
Status check_name_server(std::string_view text, std::string_view what);

// A domain of resolv.conf(5)'s search list, or a further name of the sandbox: labels of letters, digits, -
// and
// _, with dots between them; at most 63 bytes each, 253 in all (RFC 1035).
Status check_host_name(std::string_view text, std::string_view what);

}  // namespace snug::spec
