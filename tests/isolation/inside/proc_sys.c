// Settings of the kernel in /proc and /sys: none opens for writing, and what tells of the host is covered.
#include <ftw.h>
#include <linux/magic.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include "check.h"

static struct seen writable;

static bool of_the_kernel(const char* path) {
  struct statfs filesystem;
  return statfs(path, &filesystem) == 0 &&
         (filesystem.f_type == PROC_SUPER_MAGIC || filesystem.f_type == SYSFS_MAGIC ||
          filesystem.f_type == CGROUP_SUPER_MAGIC || filesystem.f_type == CGROUP2_SUPER_MAGIC);
}

static int try_to_write(const char* path, const struct stat* status, int type, struct FTW* at) {
  (void)at;
  // Processes, which have no more to give than their own rights.
  if (type == FTW_D && strncmp(path, "/proc/", 6) == 0 && path[6] >= '0' && path[6] <= '9')
    return FTW_SKIP_SUBTREE;
  if (type == FTW_D && strstr(path, "/cgroup") && access(path, W_OK) == 0)
    note(&writable, "%s", path);
  if (type != FTW_F || !S_ISREG(status->st_mode))
    return FTW_CONTINUE;
  const int fd = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC);
  if (fd >= 0) {
    if (of_the_kernel(path))
      note(&writable, "%s", path);
    close(fd);
  }
  return FTW_CONTINUE;
}

static void walk(const char* property, const char* root) {
  writable = (struct seen){0};
  nftw(root, try_to_write, 32, FTW_PHYS | FTW_ACTIONRETVAL);
  judge(property, &writable);
}

static bool empty(const char* path) {
  DIR* directory = opendir(path);
  int entries = 0;
  while (directory && readdir(directory)) ++entries;
  if (directory)
    closedir(directory);
  return entries <= 2;
}

void check_proc_sys(void) {
  static const char* const tellers[] = {
      "/proc/kcore",    "/proc/keys",        "/proc/key-users",     "/proc/kmsg",
      "/proc/kallsyms", "/proc/timer_list",  "/proc/sched_debug",   "/proc/latency_stats",
      "/proc/acpi",     "/proc/scsi",        "/proc/interrupts",    "/proc/kpageflags",
      "/sys/firmware",  "/sys/kernel/debug", "/sys/kernel/tracing", "/sys/devices/virtual/powercap"};
  struct seen shown = {0};
  walk("kernel-settings-read-only", "/proc");
  walk("sysfs-read-only", "/sys");
  for (size_t i = 0; i < sizeof tellers / sizeof *tellers; ++i) {
    struct stat status;
    // Judged by the file system it is of: a cover is a device or a directory of another.
    if (stat(tellers[i], &status) != 0 || access(tellers[i], R_OK) != 0 || !of_the_kernel(tellers[i]))
      continue;
    if (!S_ISDIR(status.st_mode) || !empty(tellers[i]))
      note(&shown, "%s", tellers[i]);
  }
  judge("host-facts-hidden", &shown);
}
