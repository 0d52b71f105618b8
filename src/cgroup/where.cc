#include "cgroup/where.h"

#include <optional>

#include "base/path.h"
#include "base/text.h"
#include "base/try.h"
#include "sys/file_io.h"
#include "sys/mountinfo.h"

namespace snug::cgroup {
namespace {

constexpr std::string_view kUnified =
    "boot with systemd.unified_cgroup_hierarchy=1, or on a newer system, for limits";

// The rest of `path` below `root`; nothing where it is not below.
std::optional<std::string> below(std::string_view root, std::string_view path) {
  if (root == "/")
    return std::string{path};
  if (!path.starts_with(root) || (path.size() > root.size() && path[root.size()] != '/'))
    return std::nullopt;
  return std::string{path.substr(root.size())};
}

}  // namespace

std::string_view own_path(std::string_view cgroup) {
  for (const std::string_view line : split(cgroup, '\n'))
    if (line.starts_with("0::"))
      return line.substr(3);
  return "";
}

Result<Place> locate(std::string_view cgroup, std::string_view mountinfo) {
  const std::string_view path = own_path(cgroup);
  std::vector<sys::MountLine> mounts = sys::parse_mountinfo(mountinfo);
  std::erase_if(mounts, [](const sys::MountLine& mount) { return mount.type != "cgroup2"; });
  if (path.empty() || mounts.empty())
    return fail({.step = "cgroup version 2 is not mounted here", .hint = std::string{kUnified}});
  // A group outside this process's cgroup namespace is shown with "..": cgroup_namespaces(7).
  if (!path.starts_with("/.."))
    for (const sys::MountLine& mount : mounts)
      if (const auto rest = below(mount.root, path))
        return Place{mount.target, *rest == "/" || rest->empty() ? mount.target : mount.target + *rest};
  return fail({.step = "this process's own cgroup cannot be seen from here",
               .hint = "it lies outside the cgroup namespace or the mount that this container has"});
}

Result<Place> own_place() {
  const auto cgroup = TRY(sys::read_text_file("/proc/self/cgroup"));
  const auto mountinfo = TRY(sys::read_text_file("/proc/self/mountinfo", 16 << 20));
  return locate(cgroup, mountinfo);
}

std::vector<std::string> read_words(const std::string& path) {
  std::vector<std::string> words;
  const auto text = sys::read_text_file(path);
  if (!text)
    return words;
  for (const std::string_view line : split(*text, '\n'))
    for (const std::string_view word : split(line, ' '))
      if (!word.empty())
        words.emplace_back(word);
  return words;
}

bool below_user_manager(std::string_view dir) {
  const std::size_t at = dir.find("/user@");
  return at != std::string_view::npos && dir.find(".service", at) != std::string_view::npos;
}

}  // namespace snug::cgroup
