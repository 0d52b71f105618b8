// Where the last lines of a log begin, found from its end.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "base/unique_fd.h"
#include "log/log.h"

namespace snug::log {

struct LogPlace {
  UniqueFd fd{};  // none: there is no log
  std::uint64_t offset{};
};

// The end of the log as it is now.
Result<LogPlace> log_end(int dir);

// Where to read from for the last `lines` that `query` asks for before `end`: from the end backwards, as far
// as needed. A line that has not ended yet counts too.
Result<LogPlace> find_log_tail(int dir, const LogPlace& end, std::uint64_t lines, const LogQuery& query);

// Is it an entry that the query asks for by its time?
bool in_time(const LogEntry& entry, const LogQuery& query);

}  // namespace snug::log
