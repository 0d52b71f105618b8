// What `exec` starts from: its command gets what the payload was given.
#pragma once

#include <string>

#include "container/record.h"
#include "plan/enter.h"

namespace snug::container {

// Without a command yet.
plan::ExecRequest exec_request(const std::string& name, const PayloadFacts& payload);

}  // namespace snug::container
