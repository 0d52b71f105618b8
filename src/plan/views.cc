#include "plan/views.h"

#include <algorithm>

#include "base/sha256.h"

namespace snug {

std::string view_layer(std::string_view source, std::string_view target) {
  constexpr std::size_t kDigits = 32;
  std::string text{source};
  text += '\0';
  text += target;
  return sha256_hex(text).substr(0, kDigits);
}

std::vector<const Mount*> mounts_in_order(const Spec& spec) {
  std::vector<const Mount*> mounts;
  mounts.reserve(spec.mounts.size());
  for (const Mount& mount : spec.mounts) mounts.push_back(&mount);
  std::ranges::stable_sort(mounts, {},
                           [](const Mount* mount) { return std::ranges::count(mount->target, '/'); });
  return mounts;
}

}  // namespace snug
