// `snug explain /etc/passwd` or `snug explain example.org:80`: an image or a question?
#pragma once

#include <string>

#include "cli/grammar/options.h"

namespace snug::cli {

// An image is a directory that holds an image.toml or a root filesystem, or has a name in `images`, the
// store's directory of them; anything else becomes one of `paths`. Looks at the disk, so it is not part of
// parsing.
void settle_explain_word(RunOptions& run, const std::string& images);

}  // namespace snug::cli
