// A step in words.
#pragma once

#include <string>

#include "plan/step.h"

namespace snug::plan {

// What the step does, as the user would say it, in the imperative: "mount /home/alice/src on /work,
// read-only". Control bytes are escaped. Used by explain and by errors alike.
std::string describe(const Step& step);

// "strict", "default", "dev", as a profile has it.
const char* describe(seccomp::FilterTier tier);
const char* describe(Phase phase);
const char* describe(Actor actor);

}  // namespace snug::plan
