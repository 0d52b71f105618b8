// The AppArmor profile that lets one binary use user namespaces where others may not (Ubuntu 23.10 and
// later).
#pragma once

#include <string>

#include "base/result.h"

namespace snug::doctor {

// A profile is bound to a path: `program` is the real one, links resolved. Fails where the path has bytes
// that would end the rule.
Result<std::string> apparmor_profile(const std::string& program);

}  // namespace snug::doctor
