#include "seccomp/filter.h"

#include <algorithm>

#include "base/try.h"
#include "seccomp/compile.h"
#include "seccomp/programs.inc"

namespace snug::seccomp {

Result<Filter> make_filter(const FilterRequest& request) {
  if (request.allow.empty() && request.deny.empty()) {
    const unsigned key = filter_key(normalise(request, kNativeArch));
    const auto* found = std::ranges::find(kEmbedded, key, &EmbeddedFilter::key);
    if (found != std::end(kEmbedded))
      return Filter{found->program};
  }
  auto compiled = TRY(compile_filter(request, kNativeArch));
  return Filter{std::move(compiled)};
}

}  // namespace snug::seccomp
