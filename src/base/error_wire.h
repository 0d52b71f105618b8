// An Error on its way between two processes of one snug: a fork and its parent, a supervisor and who started
// it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"

namespace snug {

// At most `most` bytes, of which 64 are for the numbers; texts that are too long for that are cut.
std::string pack_error(const Error& error, std::size_t most);

// The error that was packed; or if that is not, to the last byte, what pack_error() makes, an error with
// EBADMSG that says so: the other process has died in the middle, or is no snug.
Error unpack_error(std::string_view bytes);

}  // namespace snug
