#include "host/kernel_version.h"

#include <cstdio>
#include <string>

namespace snug::host {

KernelVersion parse_kernel_version(std::string_view release) {
  KernelVersion version;
  (void)std::sscanf(std::string{release}.c_str(), "%u.%u", &version.major, &version.minor);
  return version;
}

}  // namespace snug::host
