// Names that nobody else has.
#pragma once

#include <cstdint>
#include <string>

namespace snug::sys {

// From getrandom(2). Aborts if the kernel has no such call: it is older than all else that is needed here.
std::uint64_t random_number();

// The same as 16 hexadecimal digits.
std::string random_hex();

}  // namespace snug::sys
