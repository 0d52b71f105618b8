// What a relay keeps once it is set up: its descriptors, sockets inside, and nothing else of the machine or
// the sandbox.
#pragma once

#include <string>
#include <vector>

namespace snug::network {

struct RelayRights {
  bool net_admin{};  // CAP_NET_ADMIN over the namespaces that it has joined
  // What it may read below these, for name servers that are looked up: it may open files at all only where
  // there are some.
  std::vector<std::string> readable{};
};

// no_new_privs; no other capability; by Landlock no other file (where the kernel has it); a filter that knows
// sockets, pipes, epoll and memory. 0 or an errno; then the relay must not go on.
int confine_relay(const RelayRights& rights);

}  // namespace snug::network
