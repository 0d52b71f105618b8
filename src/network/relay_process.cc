#include "network/relay_process.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace snug {

void close_others(std::vector<int> kept) {
  std::ranges::sort(kept);
  unsigned first = 0;
  for (const int fd : kept) {
    if (static_cast<unsigned>(fd) > first)
      (void)syscall(SYS_close_range, first, static_cast<unsigned>(fd) - 1, 0U);
    first = static_cast<unsigned>(fd) + 1;
  }
  if (syscall(SYS_close_range, first, ~0U, 0U) == 0)
    return;
  for (int fd = 0; fd < static_cast<int>(sysconf(_SC_OPEN_MAX)); ++fd)
    if (!std::ranges::binary_search(kept, fd))
      close(fd);
}

void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
  }
}

int die_with(pid_t parent) {
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0)
    return errno;
  return getppid() == parent ? 0 : ESRCH;
}

}  // namespace snug
