#include "cgroup/group.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "base/text.h"
#include "base/try.h"
#include "base/units.h"
#include "sys/file_io.h"

namespace snug::cgroup {
namespace {

constexpr int kBusyPatienceMs = 2000;
constexpr int kStepMs = 5;

}  // namespace

Result<Group> Group::make(int parent, const std::string& parent_path, const std::string& name) {
  std::string path = parent_path + "/" + name;
  if (mkdirat(parent, name.c_str(), 0755) != 0)
    return fail({.step = fmt::format("make the cgroup {}", escape_control(path)), .err = errno});
  auto dir = TRY(sys::open_file(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
  return Group{std::move(dir), std::move(path)};
}

bool Group::remove() {
  for (int waited = 0; rmdir(path_.c_str()) != 0; waited += kStepMs) {
    if (errno == ENOENT)
      return true;
    if (errno != EBUSY || waited >= kBusyPatienceMs)
      return false;
    (void)poll(nullptr, 0, kStepMs);
  }
  return true;
}

Status write_to(int dir, const std::string& file, const std::string& value) {
  auto fd = TRY(sys::open_file(dir, file, O_WRONLY));
  // One write: the kernel takes each as a whole value.
  if (write(fd.get(), value.data(), value.size()) < 0)
    return fail({.step = fmt::format("write \"{}\" to {}", escape_control(value), file), .err = errno});
  return {};
}

Result<std::string> read_from(int dir, const std::string& file) {
  auto fd = TRY(sys::open_file(dir, file, O_RDONLY));
  return sys::read_regular(fd.get(), file);
}

bool has_file(int dir, const std::string& file) {
  return faccessat(dir, file.c_str(), F_OK, 0) == 0;
}

std::vector<std::string> children_of(const std::string& path) {
  std::vector<std::string> names;
  const std::unique_ptr<DIR, int (*)(DIR*)> entries{opendir(path.c_str()), closedir};
  while (const dirent* entry = entries ? readdir(entries.get()) : nullptr)
    if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
      names.emplace_back(entry->d_name);
  return names;
}

std::optional<std::uint64_t> number_of(int dir, const std::string& file, std::string_view key) {
  const auto text = read_from(dir, file);
  if (!text)
    return std::nullopt;
  for (const std::string_view line : split(*text, '\n')) {
    if (!line.starts_with(key) || line.size() <= key.size() || line[key.size()] != ' ')
      continue;
    if (const auto number = parse_number(line.substr(key.size() + 1), file))
      return *number;
  }
  return std::nullopt;
}

}  // namespace snug::cgroup
