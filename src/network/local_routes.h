// Routes of a network namespace that has nothing but a loopback.
#pragma once

namespace snug {

// Answers of services at the loopback's addresses go to the loopback, whatever address they are for: so a
// relay's socket there may have its peer's address (IP_TRANSPARENT). By a rule for what comes from those
// addresses and a table of its own; every other destination stays as unreachable as it was. 0, or the errno
// of rtnetlink(7); wants CAP_NET_ADMIN over the namespace.
int add_local_routes();

}  // namespace snug
