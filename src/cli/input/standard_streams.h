// What the standard descriptors of run, shell and exec must be before a command gets them.
#pragma once

#include <optional>

#include "base/result.h"

namespace snug::cli {

struct StreamOptions {
  std::optional<bool> interactive{};
  std::optional<bool> tty{};
};

// Refuses what cannot be, or must not be handed in, and closes the input where --interactive=false says so.
Status settle_standard_streams(const StreamOptions& options);

}  // namespace snug::cli
