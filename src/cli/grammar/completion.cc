#include "cli/grammar/completion.h"

namespace snug::cli {

std::string completion_script(std::string_view shell) {
  if (shell == "bash")
    return bash_completion();
  if (shell == "zsh")
    return zsh_completion();
  return shell == "fish" ? fish_completion() : "";
}

}  // namespace snug::cli
