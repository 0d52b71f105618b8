#include "launch/refusals.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <optional>

namespace snug::launch {
namespace {

bool note_overlay(const plan::OverlayRoot& root, int err, host::RealHost& host) {
  if (root.driver != spec::OverlayDriver::Native || (err != EPERM && err != EINVAL && err != ENODEV))
    return false;
  host.note_overlay_failure(
      fmt::format("the kernel refuses its own overlay here ({})", strerrorname_np(err)));
  return true;
}

// What an outer container keeps from the sandbox by this step, if `err` is how it refuses.
std::optional<host::Withheld> withheld_by(const plan::Step& step, int err) {
  const bool refused = err == EPERM || err == EACCES;
  if (const auto* proc = std::get_if<plan::MountProc>(&step); proc && proc->own && refused)
    return host::Withheld::Proc;
  if (const auto* sys = std::get_if<plan::MountSys>(&step); sys && sys->own && refused)
    return host::Withheld::Sys;
  if (std::holds_alternative<plan::SetSysctl>(step) && (refused || err == EROFS))
    return host::Withheld::Sysctls;
  if (std::holds_alternative<plan::SetHostname>(step) && refused)
    return host::Withheld::Hostname;
  return std::nullopt;
}

}  // namespace

bool note_refusal(const plan::Plan& plan, const LaunchError& failure, host::RealHost& host) {
  if (!failure.step)
    return false;
  const plan::Step& step = plan.steps[*failure.step].step;
  const int err = failure.error.err;
  if (const auto* root = std::get_if<plan::OverlayRoot>(&step))
    return note_overlay(*root, err, host);
  const auto withheld = withheld_by(step, err);
  if (!withheld || plan.required == spec::Isolation::Full)
    return false;
  host.note_withheld(*withheld);
  return true;
}

}  // namespace snug::launch
