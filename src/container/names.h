// Names of containers.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace snug::container {

// docker's rule: [a-zA-Z0-9][a-zA-Z0-9_.-]*; here of at most 128 bytes. `what` names the option or command in
// the error, whose text shows control bytes escaped and long names cut.
Status check_container_name(std::string_view name, std::string_view what);

// A name for a container that was given none: two words and four hexadecimal digits, "calm-otter-3fa2".
std::string make_container_name();

}  // namespace snug::container
