// What snug says of itself.
#pragma once

#include <string>

#include "base/json.h"
#include "host/kernel_features.h"

namespace snug::cli {

// "snug 0.2.0 (2026-12-01)", with a newline.
std::string version_text();

// The same with how it was built, the versions of the libraries in it, and what the kernel has. "commit" is
// absent where the sources were no clone.
Json version_json(const host::KernelFeatures& kernel);

}  // namespace snug::cli
