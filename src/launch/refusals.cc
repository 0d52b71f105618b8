#include "launch/refusals.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <optional>

namespace snug {
namespace {

bool note_overlay(const OverlayRoot& root, int err, RealHost& host) {
  if (root.driver != OverlayDriver::Native || (err != EPERM && err != EINVAL && err != ENODEV))
    return false;
  host.note_overlay_failure(
      fmt::format("the kernel refuses its own overlay here ({})", strerrorname_np(err)));
  return true;
}

// What an outer container keeps from the sandbox by this step, if `err` is how it refuses.
std::optional<Withheld> withheld_by(const Step& step, int err) {
  const bool refused = err == EPERM || err == EACCES;
  if (const auto* proc = std::get_if<MountProc>(&step); proc && proc->own && refused)
    return Withheld::Proc;
  if (const auto* sys = std::get_if<MountSys>(&step); sys && sys->own && refused)
    return Withheld::Sys;
  if (std::holds_alternative<SetSysctl>(step) && (refused || err == EROFS))
    return Withheld::Sysctls;
  if (std::holds_alternative<SetHostname>(step) && refused)
    return Withheld::Hostname;
  return std::nullopt;
}

}  // namespace

bool note_refusal(const Plan& plan, const LaunchError& failure, RealHost& host) {
  if (!failure.step)
    return false;
  const Step& step = plan.steps[*failure.step].step;
  const int err = failure.error.err;
  if (const auto* root = std::get_if<OverlayRoot>(&step))
    return note_overlay(*root, err, host);
  const auto withheld = withheld_by(step, err);
  if (!withheld || plan.required == Isolation::Full)
    return false;
  host.note_withheld(*withheld);
  return true;
}

}  // namespace snug
