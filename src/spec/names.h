// Checks of the small words that profiles and flags share.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace snug::spec {

// A host name that the kernel takes (at most 64 bytes) and that is safe in a prompt: letters, digits, "-" and
// ".".
Status check_hostname(std::string_view text, std::string_view what);

// An absolute path without "..". Answers the normalised path.
Result<std::string> parse_workdir(std::string_view text, std::string_view what);

// The shape of a system call's or a capability's name; whether it exists is known elsewhere.
Status check_syscall_name(std::string_view text, std::string_view what);
Status check_abi_name(std::string_view text, std::string_view what);
Status check_capability_name(std::string_view text, std::string_view what);

}  // namespace snug::spec
