#include "files/file_copy.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "files/overlay_dialect.h"

namespace snug::files {
namespace {

constexpr off_t kMostAtOnce = 128 << 10;  // bytes

bool cannot_share(int error) {
  return error == EXDEV || error == EINVAL || error == ENOSYS || error == EOPNOTSUPP || error == EPERM ||
         error == EBADF || error == ETXTBSY;
}

int copy_by_hand(int from, int to, off_t at, off_t end) {
  std::vector<char> buffer(static_cast<std::size_t>(std::min<off_t>(kMostAtOnce, end - at)));
  while (at < end) {
    const auto want = std::min<off_t>(end - at, static_cast<off_t>(buffer.size()));
    const ssize_t n = pread(from, buffer.data(), static_cast<std::size_t>(want), at);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return errno;
    if (n == 0)  // it was cut off meanwhile
      return 0;
    for (ssize_t done = 0; done < n;) {
      const ssize_t put = pwrite(to, buffer.data() + done, static_cast<std::size_t>(n - done), at + done);
      if (put < 0 && errno != EINTR)
        return errno;
      done += std::max<ssize_t>(put, 0);
    }
    at += n;
  }
  return 0;
}

int copy_range(int from, int to, off_t at, off_t end) {
  while (at < end) {
    off_t in = at, out = at;
    const ssize_t n = copy_file_range(from, &in, to, &out, static_cast<std::size_t>(end - at), 0);
    if (n < 0 && errno == EINTR)
      continue;
    // Some file systems answer 0 to what they cannot do (those of /proc); a file that was cut off is at its
    // end.
    if (n == 0 || (n < 0 && cannot_share(errno)))
      return copy_by_hand(from, to, at, end);
    if (n < 0)
      return errno;
    at += n;
  }
  return 0;
}

bool is_copied(std::string_view name) {
  return (name.starts_with("user.") && !is_overlay_attribute(name)) ||
         name.starts_with("system.posix_acl_") || name == "security.capability";
}

std::vector<std::string> attribute_names(int fd) {
  const ssize_t size = flistxattr(fd, nullptr, 0);
  if (size <= 0)
    return {};
  std::string text(static_cast<std::size_t>(size) + 1024, '\0');  // more may have come meanwhile
  const ssize_t got = flistxattr(fd, text.data(), text.size());
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  std::vector<std::string> names;
  for (std::size_t at = 0; at < text.size(); at += names.back().size() + 1)
    names.emplace_back(text.c_str() + at);
  return names;
}

bool read_attribute(int fd, const std::string& name, std::string& value) {
  value.resize(65536);  // the kernel's own limit
  const ssize_t n = fgetxattr(fd, name.c_str(), value.data(), value.size());
  value.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
  return n >= 0;
}

}  // namespace

int copy_content(int from, int to, const struct stat& info) {
  const off_t size = info.st_size;
  for (off_t at = 0; at < size;) {
    off_t data = lseek(from, at, SEEK_DATA);
    if (data < 0 && errno == ENXIO)
      break;
    off_t hole = data < 0 ? -1 : lseek(from, data, SEEK_HOLE);
    if (data < 0 || hole < 0)  // the file system tells nothing of holes
      data = at, hole = size;
    if (data >= size)
      break;
    if (const int error = copy_range(from, to, data, std::min(hole, size)))
      return error;
    at = hole;
  }
  // A hole at the end, and the size of a file that was cut off meanwhile.
  return ftruncate(to, size) == 0 ? 0 : errno;
}

int copy_attributes(int from, int to) {
  std::string value;
  for (const std::string& name : attribute_names(from))
    if (is_copied(name) && read_attribute(from, name, value) &&
        fsetxattr(to, name.c_str(), value.data(), value.size(), 0) != 0 && errno != EOPNOTSUPP &&
        errno != EPERM && errno != EINVAL)
      return errno;
  return 0;
}

std::vector<std::pair<std::string, std::string>> read_attributes(int fd) {
  std::vector<std::pair<std::string, std::string>> attributes;
  std::string value;
  for (const std::string& name : attribute_names(fd))
    if (is_copied(name) && !name.starts_with("system.") && read_attribute(fd, name, value))
      attributes.emplace_back(name, value);
  return attributes;
}

bool is_kernel_file_system(int fd) {
  struct statfs info {};
  if (fstatfs(fd, &info) != 0)
    return false;
  switch (static_cast<std::uint64_t>(info.f_type)) {
    case PROC_SUPER_MAGIC:
    case SYSFS_MAGIC:
    case DEVPTS_SUPER_MAGIC:
    case CGROUP_SUPER_MAGIC:
    case CGROUP2_SUPER_MAGIC:
    case SECURITYFS_MAGIC:
    case DEBUGFS_MAGIC:
    case TRACEFS_MAGIC:
      return true;
    default:
      return false;
  }
}

}  // namespace snug::files
