// Work in a process of its own that has other ids.
#pragma once

#include <functional>

#include "base/id_map.h"
#include "base/result.h"

namespace snug::files {

using Work = std::function<Status()>;

// Forks, runs `work`, waits, and answers its Status. What it changes in memory is lost. It dies with the
// caller.
Status run_in_child(const Work& work);

// The same in a user namespace that others are in: with all capabilities there, and nothing else of theirs.
Status run_in_user_namespace(int user_namespace, const Work& work);

// The same in a new user namespace with the map `range`, for files that belong to subordinate ids.
Status run_with_range(const MapRange& range, const Work& work);

}  // namespace snug::files
