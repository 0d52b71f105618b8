// Names that nobody else has.
#pragma once

#include <cstdint>
#include <string>

namespace snug::sys {

// From getrandom(2). Where a filter refuses that, from the clock and the process: such a number is no secret,
// and two processes may get the same one in theory. So whoever makes a name of it uses O_EXCL or the like.
std::uint64_t random_number();

// The same as 16 hexadecimal digits.
std::string random_hex();

}  // namespace snug::sys
