#include "image/users.h"

#include <optional>

#include "base/text.h"
#include "base/units.h"

namespace snug::image {
namespace {

// Not 4294967295, the kernel's "no id".
std::optional<std::uint32_t> parse_id(std::string_view text) {
  const auto id = parse_number(text, "", 4294967294);
  return id ? std::optional{static_cast<std::uint32_t>(*id)} : std::nullopt;
}

// Calls `use` with the fields of every line that has at least `count` of them and a printable name.
template<class Use>
void for_each_line(std::string_view text, std::size_t count, Use&& use) {
  for (const std::string_view line : split(text, '\n')) {
    if (line.empty() || line[0] == '#' || line.find('\0') != std::string_view::npos)
      continue;
    const auto fields = split(line, ':');
    if (fields.size() >= count && !fields[0].empty() && escape_control(fields[0]) == fields[0])
      use(fields);
  }
}

}  // namespace

std::vector<UserEntry> parse_passwd(std::string_view text) {
  std::vector<UserEntry> users;
  for_each_line(text, 7, [&](const std::vector<std::string_view>& fields) {
    const auto uid = parse_id(fields[2]), gid = parse_id(fields[3]);
    if (uid && gid)
      users.push_back({.name = std::string{fields[0]},
                       .uid = *uid,
                       .gid = *gid,
                       .home = std::string{fields[5]},
                       .shell = std::string{fields[6]}});
  });
  return users;
}

std::vector<GroupEntry> parse_group(std::string_view text) {
  std::vector<GroupEntry> groups;
  for_each_line(text, 3, [&](const std::vector<std::string_view>& fields) {
    const auto gid = parse_id(fields[2]);
    if (!gid)
      return;
    GroupEntry& group = groups.emplace_back(GroupEntry{.name = std::string{fields[0]}, .gid = *gid});
    if (fields.size() > 3 && !fields[3].empty())
      for (const std::string_view member : split(fields[3], ',')) group.members.emplace_back(member);
  });
  return groups;
}

}  // namespace snug::image
