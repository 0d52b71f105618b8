// What `exec` starts from: its command gets what the payload was given.
#pragma once

#include <string>

#include "container/record.h"
#include "plan/enter.h"

namespace snug {

// Without a command yet.
ExecRequest exec_request(const std::string& name, const PayloadFacts& payload);

}  // namespace snug
