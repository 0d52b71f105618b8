// snug logs --network.
#pragma once

#include "base/result.h"
#include "container/store.h"
#include "log/log.h"

namespace snug::cli {

// A line for each event to standard output: time, decision, place, bytes, rule, reason; or JSON.
Status print_network_log(const container::Container& container, const log::LogQuery& query, bool json);

}  // namespace snug::cli
