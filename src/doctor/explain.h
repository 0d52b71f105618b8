// The same knowledge for an error of a run.
#pragma once

#include <optional>

#include "doctor/finding.h"
#include "host/host_view.h"
#include "plan/step.h"

namespace snug::doctor {

// Why a step failed with this errno, where the machine is to blame and the cause was found. Only reads;
// nothing is tried again. Nothing for what is the command's or the image's own affair: plan/hints.h speaks of
// that.
std::optional<Finding> explain_step(const plan::Step& step, int err, const host::HostView& host);

// Why a port of the host's cannot be bound.
std::optional<Finding> explain_port(unsigned port, int err, const host::HostView& host);

}  // namespace snug::doctor
