#include "host/passwd.h"

#include "base/text.h"
#include "base/units.h"

namespace snug::host {

PasswdLine find_passwd_line(std::string_view text, uid_t uid) {
  for (const std::string_view line : split(text, '\n')) {
    const auto fields = split(line, ':');
    if (fields.size() < 6)
      continue;
    const auto number = parse_number(fields[2], "uid", UINT32_MAX);
    if (number && *number == uid)
      return {std::string{fields[0]}, std::string{fields[5]}};
  }
  return {};
}

std::vector<IdRange> parse_subordinate_ids(std::string_view text, std::string_view user, uid_t uid) {
  std::vector<IdRange> ranges;
  const std::string number = std::to_string(uid);
  for (const std::string_view line : split(text, '\n')) {
    const auto fields = split(line, ':');
    if (fields.size() != 3 || (fields[0] != user && fields[0] != number))
      continue;
    const auto start = parse_number(fields[1], "start", UINT32_MAX);
    const auto count = parse_number(fields[2], "count", UINT32_MAX);
    if (start && count && *count > 0 && *start + *count <= UINT32_MAX)
      ranges.push_back({0, static_cast<std::uint32_t>(*start), static_cast<std::uint32_t>(*count)});
  }
  return ranges;
}

}  // namespace snug::host
