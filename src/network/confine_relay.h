// What a relay keeps once it is set up: its descriptors, sockets inside, and nothing else of the machine or
// the sandbox.
#pragma once

namespace snug {

// no_new_privs; of its capabilities CAP_NET_ADMIN over the sandbox's namespaces alone, or none; by Landlock
// no file (where the kernel has it); a filter that knows sockets, pipes, epoll and memory. 0 or an errno;
// then the relay must not go on.
int confine_relay(bool keep_net_admin);

}  // namespace snug
