#include "sys/process_stat.h"

#include <optional>

#include "base/text.h"

namespace snug::sys {
Result<ProcessStat> parse_process_stat(std::string_view text) {
  // The name is in parentheses, and may have blanks and parentheses in it.
  const std::size_t open = text.find('('), close = text.rfind(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open)
    return fail({.step = "read /proc/PID/stat: not as proc(5) has it"});
  const auto fields = split_blanks(text.substr(close + 1));  // from the third on
  if (fields.size() < 20)
    return fail({.step = "read /proc/PID/stat: too short"});
  const auto ppid = to_number<std::int64_t>(fields[1]);
  const auto user = to_number<std::uint64_t>(fields[11]), system = to_number<std::uint64_t>(fields[12]);
  const auto start = to_number<std::uint64_t>(fields[19]);
  if (!ppid || !user || !system || !start)
    return fail({.step = "read /proc/PID/stat: no number where there should be one"});
  return ProcessStat{.name = std::string{text.substr(open + 1, close - open - 1)},
                     .state = fields[0][0],
                     .ppid = *ppid,
                     .ticks = *user + *system,
                     .start = *start};
}

}  // namespace snug::sys
