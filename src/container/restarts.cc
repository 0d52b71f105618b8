#include "container/restarts.h"

#include <algorithm>
#include <utility>

namespace snug::container {

bool Restarts::wanted(const EndedRun& run) const {
  if (run.stopped_by_user || policy_.when == RestartWhen::No)
    return false;
  return policy_.when == RestartWhen::Always ||
         (run.exit_code != 0 && (policy_.most == 0 || run.restarts < policy_.most));
}

std::optional<std::chrono::milliseconds> Restarts::after(const EndedRun& run) {
  if (!wanted(run))
    return std::nullopt;
  if (run.lasted >= kGoodRun)
    delay_ = kFirstDelay;
  return std::exchange(delay_, std::min(2 * delay_, kLongestDelay));
}

}  // namespace snug::container
