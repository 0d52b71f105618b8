#include "child/descriptors.h"

#include <linux/close_range.h>
#include <string.h>

#include "sys/raw.h"

namespace snug::child {
namespace {

// The slow way for a kernel, or an outer container's filter, without close_range: what this process's own
// list has. Calls `act` for each above the standard ones. Nothing else opens any meanwhile.
template<class Act>
int for_each_listed(Act act) {
  const int list = raw::open_at(AT_FDCWD, "/proc/self/fd", O_RDONLY | O_DIRECTORY);
  if (list < 0)
    return list;
  alignas(8) char buffer[2048];
  long size = 0;
  long result = 0;
  while (result >= 0 && (size = raw::call(SYS_getdents64, list, buffer, sizeof buffer)) > 0)
    for (long at = 0; at < size && result >= 0;) {
      // struct linux_dirent64: d_ino and d_off of 8 bytes, d_reclen of 2, d_type of 1, then the name.
      unsigned short length = 0;
      memcpy(&length, buffer + at + 16, sizeof length);
      int fd = 0;
      for (const char* digit = buffer + at + 19; *digit >= '0' && *digit <= '9'; ++digit)
        fd = fd * 10 + (*digit - '0');
      if (fd > 2 && fd != list)
        result = act(fd);
      at += length;
    }
  raw::close_fd(list);
  return static_cast<int>(size < 0 ? size : result < 0 ? result : 0);
}

bool is_kept(int fd, const int (&keep)[5]) {
  for (const int kept : keep)
    if (fd == kept)
      return true;
  return false;
}

}  // namespace

int close_on_execute() {
  const long result = raw::call(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC);
  // Linux 5.9 and 5.10 have the call and do not know the flag.
  if (result != -ENOSYS && result != -EINVAL)
    return static_cast<int>(result);
  return for_each_listed([](int fd) { return raw::call(SYS_fcntl, fd, F_SETFD, FD_CLOEXEC); });
}

int close_all_but(const int (&keep)[5]) {
  // From one kept descriptor to the next.
  for (unsigned first = 3;;) {
    unsigned next = ~0U;
    for (const int fd : keep)
      if (fd >= static_cast<int>(first) && static_cast<unsigned>(fd) < next)
        next = static_cast<unsigned>(fd);
    if (next > first) {
      const long result = raw::call(SYS_close_range, first, next == ~0U ? next : next - 1, 0U);
      if (result == -ENOSYS)
        // That a close fails says nothing: the descriptor has gone all the same.
        return for_each_listed([&](int fd) { return is_kept(fd, keep) ? 0 : (raw::close_fd(fd), 0); });
      if (result < 0)
        return static_cast<int>(result);
    }
    if (next == ~0U)
      return 0;
    first = next + 1;
  }
}

}  // namespace snug::child
