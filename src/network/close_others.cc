#include "network/close_others.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

namespace snug::network {

void close_others(std::vector<int> kept) {
  std::ranges::sort(kept);
  unsigned first = 0;
  bool closed = true;
  for (const int fd : kept) {
    if (static_cast<unsigned>(fd) > first)
      closed = syscall(SYS_close_range, first, static_cast<unsigned>(fd) - 1, 0U) == 0 && closed;
    first = static_cast<unsigned>(fd) + 1;
  }
  if (syscall(SYS_close_range, first, ~0U, 0U) == 0 && closed)
    return;
  for (int fd = 0; fd < static_cast<int>(sysconf(_SC_OPEN_MAX)); ++fd)
    if (!std::ranges::binary_search(kept, fd))
      close(fd);
}

}  // namespace snug::network
