// uname(2)'s release as a version.
#pragma once

#include <string_view>

#include "host/host_view.h"

namespace snug::host {

// "6.1.0-18-amd64". 0.0 for what is none.
KernelVersion parse_kernel_version(std::string_view release);

}  // namespace snug::host
