// The parts of snug(1) that come from the definition of the command line, in mdoc(7). docs/man/snug.1 holds
// copies between marks; a test compares them. snug itself does not call this.
#pragma once

#include <string>

namespace snug::cli {

std::string man_synopsis();
std::string man_commands();
std::string man_options();

}  // namespace snug::cli
