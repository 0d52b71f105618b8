// The plan for programs (explain --json, --dry-run --json). The keys are an interface: they may be added to,
// and are not renamed.
#pragma once

#include "base/json.h"
#include "plan/plan.h"
#include "plan/visibility.h"

namespace snug::cli {

// {"steps": [{"kind", "phase", "actor", "origin", "text", …the step's own members}], "notes": [{"text",
// "origin"}]}
Json plan_json(const plan::Plan& plan);

Json visibility_json(const plan::Visibility& visibility, const plan::Plan& plan);

}  // namespace snug::cli
