// The part of a sandbox's set-up that failed, as far as a diagnosis tells one from the other.
#pragma once

#include <cstddef>
#include <optional>

#include "plan/step.h"

namespace snug::doctor {

enum class Stage {
  Plan,        // the planner refused: nothing was tried
  Namespaces,  // clone with CLONE_NEWUSER and the others
  OneId,       // init writes its own id maps
  IdRange,     // newuidmap writes them
  Settings,    // host name, sysctls
  Loopback,
  PrivateMounts,
  Overlay,
  View,   // a copy-on-write view: an overlay over a directory of the host
  Mount,  // a tmpfs, a bind mount, a device
  Proc,
  Sys,
  Terminal,
  Pivot,
  Landlock,
  Filter,
  Disk,     // a directory in the store
  Gate,     // the egress gate: its network, its process
  Payload,  // what is the command's own affair: exec, its directory
};

// What a step belongs to.
Stage stage_of(const plan::Step& step);

// A run goes on without it, and may show what else is wrong.
bool can_be_left_out(Stage stage);

}  // namespace snug::doctor
