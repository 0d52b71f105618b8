// The caller's terminal. Whoever can push bytes into it types commands for the caller to run after the
// sandbox.
#include <sys/ioctl.h>

#include "check.h"

// Permission is judged before the pointer is used: with none, EFAULT says that a byte would have been pushed.
static int push(const void* request) {
  int worst = EPERM;
  const int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
  const int fds[] = {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO, terminal};
  for (size_t i = 0; i < sizeof fds / sizeof *fds; ++i)
    if (fds[i] >= 0 &&
        (syscall(SYS_ioctl, fds[i], *(const unsigned long*)request, NULL) == 0 || errno == EFAULT))
      worst = 0;
  return worst;
}

static bool is_the_callers(int fd) {
  struct stat status;
  char identity[64];
  if (fd < 0 || fstat(fd, &status) != 0)
    return false;
  snprintf(identity, sizeof identity, "%lu:%lu", (unsigned long)status.st_dev, (unsigned long)status.st_ino);
  return strcmp(identity, bait("terminal")) == 0;
}

void check_tty(void) {
  struct seen pushed = {0}, handed = {0}, controlling = {0};
  // The kernel looks at the lower half of the request only, and so must a filter.
  const struct {
    const char* name;
    unsigned long request;
  } requests[] = {{"TIOCSTI", TIOCSTI},
                  {"TIOCSTI with upper bits", TIOCSTI | 1UL << 32},
                  {"TIOCSTI with a sign", TIOCSTI | ~0UL << 32},
                  {"TIOCLINUX", TIOCLINUX},
                  {"TIOCLINUX with upper bits", TIOCLINUX | 1UL << 32}};
  for (size_t i = 0; i < sizeof requests / sizeof *requests; ++i)
    if (ask(push, &requests[i].request) == 0)
      note(&pushed, "%s", requests[i].name);
  judge("terminal-not-typed-into", &pushed);

  for (int fd = 0; fd <= STDERR_FILENO; ++fd)
    if (is_the_callers(fd))
      note(&handed, "descriptor %d", fd);
  judge("terminal-not-handed-in", &handed);

  const int fd = open("/dev/tty", O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  pid_t session = -1;
  char link[64] = "";
  // A session whose leader has no number here is the caller's. With the host's own numbers it is, too.
  if (fd >= 0 && ioctl(fd, TIOCGSID, &session) == 0 &&
      (session == 0 ||
       (readlink("/proc/self/ns/pid", link, sizeof link - 1) > 0 && strcmp(link, bait("ns_pid")) == 0)))
    note(&controlling, "/dev/tty is the caller's");
  judge("controlling-terminal-own", &controlling);
}
