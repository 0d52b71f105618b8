// From a request to classic BPF, for any of the architectures that the table has.
//
// Not by libseccomp, which the table is checked against (tools/seccomp-compile.cc): its rules have no order
// and no "else", so that "every ioctl but these two" or "EPERM for this flag, else allowed" cannot be said in
// an allow-list; its comparisons are 64 bits wide where the kernel reads an int; and it cannot translate
// calls newer than itself to another architecture. It would also be the larger part of what start-up maps.
#pragma once

#include <linux/filter.h>

#include <vector>

#include "base/result.h"
#include "seccomp/table.h"

namespace snug::seccomp {

Result<std::vector<sock_filter>> compile_filter(const FilterRequest& request, Arch arch);

// The same request with every switch set that its tier implies, and those cleared that change nothing: two
// requests with one program become equal.
FilterRequest normalise(FilterRequest request, Arch arch);

// The switches of a normalised request as one number, by which embedded programs are found.
unsigned filter_key(const FilterRequest& request);

}  // namespace snug::seccomp
