// The sockets behind published ports, on the host's side.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "spec/publish.h"

namespace snug::network {

// One port: what comes in at `host` is for `container`.
struct Listener {
  UniqueFd socket{};
  std::string address{};  // numeric; IPv6 without brackets
  std::uint16_t host{};   // the one that the kernel chose, where 0 was asked for
  std::uint16_t container{};
  spec::Protocol protocol{spec::Protocol::Tcp};
};

// Opens all of a range, TCP ports listening. Fails with the errno of bind(2) or listen(2) and the address in
// the step; then none is open.
Result<std::vector<Listener>> listen_on(const spec::PublishedPorts& ports);

// "127.0.0.1:8080:80/tcp", as parse_publish() takes it.
std::string publish_text(const Listener& listener);

}  // namespace snug::network
