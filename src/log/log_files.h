// The files of a log, and the way from one to its neighbours while a writer may rotate them.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "base/unique_fd.h"

namespace snug::log {

// "log" for 0, "log.1" and so on for the older ones.
std::string log_name(std::uint64_t index);

// Where a new current file is made before it gets its name.
constexpr const char* kNewLogName = "log.new";

// A neighbour of a log file. Missing: it has no name at this moment (a rotation is under way, or one was cut
// short by a crash).
struct LogNeighbour {
  enum class Kind { None, Found, Missing } kind{Kind::None};
  UniqueFd fd{};
};

// A file that is held open keeps its inode number for itself, so that it can be found by it under whatever
// name it has by now. Names only ever grow: a look from 0 upwards cannot miss it.
//
// The file that was begun after `fd`'s: None where `fd` is the current one. Of a file that has been dropped
// meanwhile the oldest one that is left. `over_gaps` takes the next one that has a name.
Result<LogNeighbour> newer_log(int dir, int fd, bool over_gaps);

// The file that was ended before `fd`'s, None where there is none any more.
Result<LogNeighbour> older_log(int dir, int fd);

// The file that is written, and the oldest one. No descriptor where there is none at all.
Result<UniqueFd> current_log(int dir);
Result<UniqueFd> oldest_log(int dir);

}  // namespace snug::log
