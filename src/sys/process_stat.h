// /proc/PID/stat: proc(5).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace snug::sys {

struct ProcessStat {
  std::string name{};
  char state{};
  std::int64_t ppid{};
  std::uint64_t ticks{};  // utime and stime
  std::uint64_t start{};  // starttime: clock ticks from the machine's boot to the process's start
};

// The file's text. Fails if it is not as proc(5) has it.
Result<ProcessStat> parse_process_stat(std::string_view text);

}  // namespace snug::sys
