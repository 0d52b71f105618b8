// How a path is seen inside: the answer to `snug explain … --path PATH`, read off the very plan that run
// would do.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "plan/plan.h"

namespace snug::plan {

struct Visibility {
  std::string path{};
  bool writable{};
  std::string text{};  // "/home/alice/src/x on the host, read-only"
  std::size_t step{};  // of the plan, that decides it
  bool operator==(const Visibility&) const = default;
};

// `path` is absolute and normalised. Links inside the image are not followed: only the plan is looked at.
Visibility look_up(const Plan& plan, std::string_view path);

}  // namespace snug::plan
