// Plan of a joining command → the request that init maps (child/enter.h).
#pragma once

#include "base/result.h"
#include "base/unique_fd.h"
#include "launch/terminal.h"
#include "plan/plan.h"

namespace snug::launch {

struct EnterTerminal {
  std::uint8_t fds{};  // bit n: standard fd n is the new terminal; 0 for none
  WindowSize size{};
};

// A sealed memfd with the request for `plan` (plan/enter.h).
Result<UniqueFd> make_enter_request(const plan::Plan& plan, const EnterTerminal& terminal);

}  // namespace snug::launch
