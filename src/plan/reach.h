// What of the network can be reached inside: the answer to `snug explain … HOST[:PORT]`, read off the very
// plan that run would do.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "plan/plan.h"

namespace snug::plan {

struct Reach {
  std::string place{};  // "example.org:443"
  bool open{};
  std::string rule{};  // that says so, or ""
  std::string text{};  // "allowed by *.example.org", "blocked: no rule allows it"
  Origin origin{};     // of what decides it
  bool operator==(const Reach&) const = default;
};

// `text` is a name or an address, with a port if wanted; 443 where none is named. Fails for what is neither.
Result<Reach> look_up_host(const Plan& plan, std::string_view text);

}  // namespace snug::plan
