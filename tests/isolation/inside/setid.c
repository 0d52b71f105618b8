// Setuid files of the payload's making: on the host they would run as the caller, for whoever starts them.
#include "check.h"

#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif

static const char* directory;
static char path[300];

static int through_chmod(void) {
  return chmod(path, 06755);
}
static int through_fchmodat(void) {
  return (int)syscall(SYS_fchmodat, AT_FDCWD, path, 04755);
}
static int through_fchmodat2(void) {
  return (int)syscall(SYS_fchmodat2, AT_FDCWD, path, 04755, 0);
}
static int through_fchmod(void) {
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  const int done = fchmod(fd, 02755);
  close(fd);
  return done;
}
static int through_open(void) {
  unlink(path);
  const int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 04755);
  return fd < 0 ? -1 : close(fd);
}
static int through_creat(void) {
  unlink(path);
  const int fd = creat(path, 04755);
  return fd < 0 ? -1 : close(fd);
}
static int through_openat2(void) {
  unlink(path);
  const uint64_t how[3] = {O_WRONLY | O_CREAT | O_CLOEXEC, 04755, 0};
  const long fd = syscall(SYS_openat2, AT_FDCWD, path, how, sizeof how);
  return fd < 0 ? -1 : close((int)fd);
}
static int through_mknod(void) {
  unlink(path);
  return mknod(path, S_IFREG | 04755, 0);
}
// A file without a name that is given one.
static int through_tmpfile(void) {
  unlink(path);
  const int fd = open(directory, O_WRONLY | O_TMPFILE | O_CLOEXEC, 04755);
  char name[64];
  snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
  const int done = linkat(AT_FDCWD, name, AT_FDCWD, path, AT_SYMLINK_FOLLOW);
  if (fd >= 0)
    close(fd);
  return done;
}

void check_setid(void) {
  static const struct {
    const char* name;
    int (*plant)(void);
  } ways[] = {{"chmod", through_chmod},         {"fchmod", through_fchmod}, {"fchmodat", through_fchmodat},
              {"fchmodat2", through_fchmodat2}, {"open", through_open},     {"creat", through_creat},
              {"openat2", through_openat2},     {"mknod", through_mknod},   {"O_TMPFILE", through_tmpfile}};
  // The host's, and the sandbox's own.
  const char* const directories[] = {".", "/tmp"};
  const char* const properties[] = {"no-setid-files", "no-setid-files-inside"};
  umask(0);
  for (size_t d = 0; d < 2; ++d) {
    struct seen seen = {0};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; ++i) {
      struct stat status;
      directory = directories[d];
      snprintf(path, sizeof path, "%s/.isolation-setid-%d", directory, getpid());
      const int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
      if (fd >= 0)
        close(fd);
      (void)ways[i].plant();
      if (stat(path, &status) == 0 && (status.st_mode & (S_ISUID | S_ISGID)))
        note(&seen, "%s", ways[i].name);
      unlink(path);
    }
    judge(properties[d], &seen);
  }
}
