#include "session/machine_hint.h"

#include "doctor/explain.h"

namespace snug::session {

void explain_failed_step(const plan::Plan& plan, launch::LaunchError& failure, const host::HostView& host) {
  if (!failure.step)
    return;
  if (const auto* ports = std::get_if<plan::PublishPorts>(&plan.steps[*failure.step].step)) {
    if (const auto found = doctor::explain_port(ports->ports.host, failure.error.err, host))
      failure.error.hint = doctor::hint_of(*found);
    return;
  }
  if (const auto found = doctor::explain_step(plan.steps[*failure.step].step, failure.error.err, host))
    failure.error.hint = doctor::hint_of(*found);
}

}  // namespace snug::session
