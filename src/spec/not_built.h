// Keys that the schema has and this version cannot serve. They stop a run, so that nobody believes in a limit
// that is not there.
#pragma once

#include "base/result.h"
#include "spec/settings_fwd.h"

namespace snug::spec {

Status check_not_built(const Spec& spec);

}  // namespace snug::spec
