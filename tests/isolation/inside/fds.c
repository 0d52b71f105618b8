// What the payload has open at its start, and where it stands.
#include "check.h"

static void descriptors(void) {
  struct seen seen = {0};
  DIR* fds = opendir("/proc/self/fd");
  if (!fds)
    note(&seen, "/proc/self/fd cannot be read");
  for (struct dirent* entry; fds && (entry = readdir(fds));) {
    const int fd = atoi(entry->d_name);
    if (fd <= STDERR_FILENO || fd == dirfd(fds))
      continue;
    char path[64], target[100];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    const ssize_t length = readlink(path, target, sizeof target - 1);
    target[length < 0 ? 0 : length] = '\0';
    note(&seen, "%d is %s", fd, target);
  }
  if (fds)
    closedir(fds);
  judge("no-inherited-descriptors", &seen);
}

void check_fds(void) {
  descriptors();
  struct seen seen = {0};
  char directory[4096];
  // The system call: libc's getcwd hides what is not below the root.
  if (syscall(SYS_getcwd, directory, sizeof directory) < 0)
    note(&seen, "getcwd: %s", strerror(errno));
  else if (directory[0] != '/')
    note(&seen, "the working directory is %.100s", directory);
  if (!same_file("../../../../../../../../../../../../../../../..", "/"))
    note(&seen, "its topmost parent is not the root");
  judge("workdir-inside", &seen);
}
