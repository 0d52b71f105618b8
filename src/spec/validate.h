// What a Spec may not ask for: things that this version cannot do yet, and combinations that make no sense.
#pragma once

#include "base/result.h"
#include "spec/settings_fwd.h"

namespace snug::spec {

// The error names the key, and its origin. Looks at the Spec only; what the machine cannot do is the
// planner's to find out.
Status validate(const Spec& spec);

}  // namespace snug::spec
