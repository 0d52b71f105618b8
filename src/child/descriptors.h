// Descriptors that must not outlive their use.
#pragma once

namespace snug::child {

// Every descriptor but the standard three is closed when this process executes: close_range(2) (Linux 5.9),
// or one after the other where that is unknown. 0 or minus an errno.
int close_on_execute();

// Closes every descriptor but the standard three and those of `keep` (negative ones stand for none).
int close_all_but(const int (&keep)[5]);

}  // namespace snug::child
