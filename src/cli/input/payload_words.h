// The words of run, shell and explain: [IMAGE [CMD...]], or CMD... if a "--" stood before it.
#pragma once

#include "cli/grammar/definition.h"

namespace snug::cli {

// Puts them into the command's RunOptions.
Status take_payload(const TypedWords& typed, Invocation& invocation);

}  // namespace snug::cli
