#include "doctor/proc_text.h"

#include <algorithm>

#include "base/path.h"
#include "base/text.h"
#include "base/units.h"

namespace snug::doctor {
namespace {

// File systems whose mount points the kernel makes for them, and keeps empty.
constexpr std::string_view kExpected[] = {
    "autofs",  "binfmt_misc", "bpf",    "cgroup",  "cgroup2",   "configfs",   "debugfs", "efivarfs",
    "fusectl", "nfsd",        "pstore", "resctrl", "selinuxfs", "securityfs", "smackfs", "tracefs"};

}  // namespace

const sys::MountLine* mount_of(const std::vector<sys::MountLine>& mounts, std::string_view path) {
  const sys::MountLine* best = nullptr;
  for (const sys::MountLine& mount : mounts)
    if (is_beneath(path, mount.target) && (!best || mount.target.size() >= best->target.size()))
      best = &mount;
  return best;
}

bool has_option(std::string_view options, std::string_view option) {
  const auto words = split(options, ',');
  return std::ranges::find(words, option) != words.end();
}

std::string_view status_field(std::string_view text, std::string_view name) {
  for (const std::string_view line : split(text, '\n'))
    if (line.starts_with(name) && line.substr(name.size()).starts_with(':')) {
      const std::size_t at = line.find_first_not_of(" \t", name.size() + 1);
      return at == std::string_view::npos ? "" : line.substr(at);
    }
  return "";
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (true) {
    const std::size_t begin = text.find_first_not_of(" \t\n");
    if (begin == std::string_view::npos)
      return words;
    text.remove_prefix(begin);
    const std::size_t end = std::min(text.find_first_of(" \t\n"), text.size());
    words.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
}

std::vector<IdRange> parse_id_map(std::string_view text) {
  std::vector<IdRange> map;
  for (const std::string_view line : split(text, '\n')) {
    const auto words = words_of(line);
    if (words.size() != 3)
      continue;
    const auto number = [&](std::size_t i) { return parse_number(words[i], "id", UINT32_MAX); };
    const auto inside = number(0);
    const auto outside = number(1);
    const auto count = number(2);
    if (inside && outside && count)
      map.push_back({static_cast<std::uint32_t>(*inside), static_cast<std::uint32_t>(*outside),
                     static_cast<std::uint32_t>(*count)});
  }
  return map;
}

std::vector<std::string> overlapping_users(std::string_view text, std::string_view user,
                                           const std::vector<IdRange>& own) {
  std::vector<std::string> users;
  for (const std::string_view line : split(text, '\n')) {
    const auto fields = split(line, ':');
    if (fields.size() != 3 || fields[0] == user)
      continue;
    const auto start = parse_number(fields[1], "id", UINT32_MAX);
    const auto count = parse_number(fields[2], "count", UINT32_MAX);
    const auto overlaps = [&](const IdRange& range) {
      return *start < std::uint64_t{range.outside} + range.count && range.outside < *start + *count;
    };
    if (start && count && std::ranges::any_of(own, overlaps))
      users.emplace_back(fields[0]);
  }
  return users;
}

std::vector<std::string> hiding_mounts(const std::vector<sys::MountLine>& mounts, std::string_view below) {
  std::vector<std::string> found;
  for (const sys::MountLine& mount : mounts) {
    const bool hides = mount.target != below && is_beneath(mount.target, below) &&
                       std::ranges::find(kExpected, mount.type) == std::end(kExpected) &&
                       !(mount.type == "tmpfs" && mount.target == "/sys/fs/cgroup");
    if (hides && std::ranges::find(found, mount.target) == found.end())
      found.push_back(mount.target);
  }
  return found;
}

}  // namespace snug::doctor
