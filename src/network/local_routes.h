// Routes of a sandbox's network namespace.
#pragma once

namespace snug::network {

// Answers of services at the loopback's addresses go to the loopback, whatever address they are for: so a
// relay's socket there may have its peer's address (IP_TRANSPARENT). By a rule for what comes from those
// addresses and a table of its own; every other destination stays as unreachable as it was. 0, or the errno
// of rtnetlink(7); wants CAP_NET_ADMIN over the namespace.
int add_local_routes();

// What is for the loopback stays inside, though a program binds its socket to `device` or names it for a
// packet (SO_BINDTODEVICE, IP_PKTINFO): by local routes on the device itself. A prohibiting route would not
// do: the kernel passes over it where a device is named. ENODEV where there is no such device; else as above.
int keep_loopback_inside(const char* device);

}  // namespace snug::network
