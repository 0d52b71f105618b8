// "-u USER[:GROUP]" and user.run-as: who the payload is inside.
#pragma once

#include <string_view>

#include "base/result.h"
#include "spec/values.h"

namespace snug::spec {

// "auto", "root", "self", "UID", "UID:GID", "name" or "name:group". Numbers are plain decimal digits below
// 4294967295, the kernel's "no id": a lenient parser that wraps, or takes the digits at the front, runs the
// payload as root. `what` names the flag or key in the error.
Result<RunAs> parse_run_as(std::string_view text, std::string_view what);

}  // namespace snug::spec
