// What a command that joins a container starts from: what its payload was given.
#pragma once

#include <string>

#include "container/record.h"
#include "plan/enter.h"

namespace snug {

ExecRequest exec_request(const std::string& name, const PayloadFacts& payload);

}  // namespace snug
