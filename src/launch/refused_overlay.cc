#include "launch/refused_overlay.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

namespace snug {

bool note_refused_overlay(const Plan& plan, const LaunchError& failure, RealHost& host) {
  if (!failure.step)
    return false;
  const auto* root = std::get_if<OverlayRoot>(&plan.steps[*failure.step].step);
  const int err = failure.error.err;
  if (!root || root->driver != OverlayDriver::Native || (err != EPERM && err != EINVAL && err != ENODEV))
    return false;
  host.note_overlay_failure(
      fmt::format("the kernel refuses its own overlay here ({})", strerrorname_np(err)));
  return true;
}

}  // namespace snug
