// Paths of mounts, checked as text.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace snug::spec {

// A mount target: absolute, without "..", and none of the places that snug itself makes ("/", "/proc" and
// below, "/sys", "/dev"). Answers the normalised path. `what` starts the error.
Result<std::string> parse_target(std::string_view text, std::string_view what);

// A path on the host below `directory` (absolute), without "//" and "." parts. ".." stays: what it means is
// known only to the disk, where the part before it may be a link.
std::string host_path(std::string_view directory, std::string_view text);

// Docker's rule for what is a path and what is a name: "/…", ".", "..", "./…", "../…".
bool looks_like_path(std::string_view text);

}  // namespace snug::spec
