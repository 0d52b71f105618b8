#include "cgroup/limited.h"

#include <dirent.h>
#include <fcntl.h>

#include <algorithm>
#include <memory>

#include "base/text.h"
#include "base/unique_fd.h"
#include "cgroup/group.h"

namespace snug::cgroup {
namespace {

using Directory = std::unique_ptr<DIR, int (*)(DIR*)>;

// What is set, and not what is told, by the ends of its names; and what a new group has there: cgroup-v2.rst.
struct Kind {
  std::string_view end;
  std::string_view value;
  std::string_view other{value};
};
constexpr Kind kKinds[] = {{".max", "max", "max 100000"},     {".high", "max"}, {".low", "0"}, {".min", "0"},
                           {".weight", "100", "default 100"}, {".cpus", ""},    {".mems", ""}};

// memory.max, cpu.weight, hugetlb.2MB.max: the kind, or nullptr for what is no setting of the controller.
const Kind* kind_of(std::string_view file, std::string_view controller) {
  if (!file.starts_with(controller) || file.size() <= controller.size() || file[controller.size()] != '.')
    return nullptr;
  const auto found = std::ranges::find_if(kKinds, [&](const Kind& kind) { return file.ends_with(kind.end); });
  return found == std::end(kKinds) ? nullptr : found;
}

// io.max has a line for each device that has a limit.
bool is_default(std::string_view value, const Kind& kind) {
  while (value.ends_with('\n')) value.remove_suffix(1);
  return value.empty() || value == kind.value || value == kind.other;
}

bool is_limited(const std::string& path, const std::vector<std::string>& controllers) {
  const UniqueFd dir{open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
  const Directory entries{opendir(path.c_str()), closedir};
  if (!dir || !entries)
    return true;
  while (const dirent* entry = readdir(entries.get())) {
    const std::string name = entry->d_name;
    for (const std::string& controller : controllers)
      if (const Kind* kind = kind_of(name, controller)) {
        const auto value = read_from(dir.get(), name);
        if (!value || !is_default(*value, *kind))
          return true;
      }
  }
  return false;
}

}  // namespace

bool has_limited_child(const std::string& path, const std::string& but,
                       const std::vector<std::string>& controllers) {
  return std::ranges::any_of(children_of(path), [&](const std::string& name) {
    return name != but && is_limited(path + "/" + name, controllers);
  });
}

}  // namespace snug::cgroup
