// Completion scripts, made from the definition of the command line. The copies in completions/ are compared
// with these by a test.
#pragma once

#include <string>
#include <string_view>

namespace snug::cli {

std::string bash_completion();
std::string zsh_completion();
std::string fish_completion();

// By the name of the shell; "" for one that is not known.
std::string completion_script(std::string_view shell);

}  // namespace snug::cli
