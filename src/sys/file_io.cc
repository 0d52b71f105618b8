#include "sys/file_io.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>

#include "base/text.h"
#include "base/try.h"
#include "sys/open_in.h"

namespace snug::sys {

Result<UniqueFd> open_file(int dirfd, const std::string& path, int flags, mode_t mode) {
  UniqueFd fd{openat(dirfd, path.c_str(), flags | O_CLOEXEC | O_NOCTTY, mode)};
  if (!fd)
    return fail({.step = fmt::format("open {}", escape_control(path)), .err = errno});
  return fd;
}

Result<UniqueFd> open_beneath(int root, const std::string& path, int flags) {
  const int more = flags & O_PATH ? 0 : O_NOCTTY | O_NONBLOCK;
  const int fd = raw::open_in(root, path.c_str(), static_cast<std::uint64_t>(flags | more),
                              RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
  if (fd < 0)
    return fail({.step = fmt::format("open {}", escape_control(path)), .err = -fd});
  return UniqueFd{fd};
}

Result<std::string> read_regular(int fd, std::string_view what, std::uint64_t limit) {
  struct stat info {};
  if (fstat(fd, &info) != 0)
    return fail({.step = fmt::format("read {}", escape_control(what)), .err = errno});
  if (!S_ISREG(info.st_mode))
    return fail({.step = fmt::format("read {}: not a regular file", escape_control(what))});
  std::string text;
  // One byte more than st_size says, so that one read tells the end too; files of /proc say 0, and a file may
  // grow meanwhile.
  std::size_t chunk = info.st_size > 0 ? static_cast<std::size_t>(info.st_size) + 1 : 4096;
  if (chunk > limit)
    return fail({.step = fmt::format("read {}: larger than {} bytes", escape_control(what), limit)});
  for (;;) {
    const std::size_t have = text.size();
    text.resize(have + chunk);
    const ssize_t n = read(fd, text.data() + have, chunk);
    if (n < 0 && errno != EINTR)
      return fail({.step = fmt::format("read {}", escape_control(what)), .err = errno});
    text.resize(have + (n > 0 ? static_cast<std::size_t>(n) : 0));
    if (text.size() > limit)
      return fail({.step = fmt::format("read {}: larger than {} bytes", escape_control(what), limit)});
    // A regular file's short read is its end; those of /proc end with an empty one.
    if (n == 0 || (n > 0 && info.st_size > 0 && static_cast<std::size_t>(n) < chunk))
      return text;
    chunk = 16384;
  }
}

Result<std::string> read_text_file(const std::string& path, std::uint64_t limit) {
  // O_NONBLOCK: opening a FIFO for reading would wait for a writer.
  auto fd = TRY(open_file(AT_FDCWD, path, O_RDONLY | O_NONBLOCK));
  return read_regular(fd.get(), path, limit);
}

Status write_all(int fd, std::string_view text, std::string_view what) {
  while (!text.empty()) {
    const ssize_t n = write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return fail({.step = fmt::format("write {}", escape_control(what)), .err = errno});
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

}  // namespace snug::sys
