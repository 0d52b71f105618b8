// The profiles that come with snug, embedded from profiles/ at build time (cmake/Embed.cmake).
#pragma once

#include <span>
#include <string_view>

namespace snug::spec {

struct ShippedProfile {
  std::string_view name{};
  std::string_view text{};
};

// In the order of their names.
std::span<const ShippedProfile> shipped_profiles();

}  // namespace snug::spec
