#include "plan/views.h"

#include <algorithm>

#include "base/sha256.h"

namespace snug::plan {

std::string view_layer(std::string_view source, std::string_view target) {
  constexpr std::size_t kDigits = 32;
  std::string text{source};
  text += '\0';
  text += target;
  return sha256_hex(text).substr(0, kDigits);
}

std::vector<const spec::Mount*> mounts_in_order(const spec::Spec& spec) {
  std::vector<const spec::Mount*> mounts;
  mounts.reserve(spec.mounts.size());
  for (const spec::Mount& mount : spec.mounts) mounts.push_back(&mount);
  std::ranges::stable_sort(mounts, {},
                           [](const spec::Mount* mount) { return std::ranges::count(mount->target, '/'); });
  return mounts;
}

}  // namespace snug::plan
