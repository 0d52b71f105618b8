// /dev: little, and nothing of it opens the host.
#include <sys/sysmacros.h>

#include "check.h"

static bool harmless(const char* name) {
  static const char* const names[] = {"null", "zero",   "full", "random", "urandom", "tty",
                                      "ptmx", "pts",    "shm",  "stdin",  "stdout",  "stderr",
                                      "fd",   "mqueue", "core", "console"};
  for (size_t i = 0; i < sizeof names / sizeof *names; ++i)
    if (strcmp(name, names[i]) == 0)
      return true;
  return name[0] == '.' && (name[1] == '\0' || name[1] == '.');
}

static bool harmless_device(dev_t device) {
  // Memory devices without memory (null, zero, full, random, urandom), tty, console, ptmx, ptys.
  const unsigned major_ = major(device), minor_ = minor(device);
  return (major_ == 1 && (minor_ == 3 || minor_ == 5 || (minor_ >= 7 && minor_ <= 9))) ||
         (major_ == 5 && minor_ <= 2) || (major_ >= 136 && major_ <= 143);
}

void check_dev(void) {
  struct seen names = {0}, opened = {0}, ptys = {0};
  DIR* dev = opendir("/dev");
  for (struct dirent* entry; dev && (entry = readdir(dev));) {
    char path[300];
    struct stat status;
    snprintf(path, sizeof path, "/dev/%s", entry->d_name);
    if (!harmless(entry->d_name))
      note(&names, "%s", entry->d_name);
    if (stat(path, &status) != 0 || !(S_ISCHR(status.st_mode) || S_ISBLK(status.st_mode)) ||
        (S_ISCHR(status.st_mode) && harmless_device(status.st_rdev)))
      continue;
    const int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd >= 0) {
      note(&opened, "%s opens", path);
      close(fd);
    }
  }
  if (dev)
    closedir(dev);
  judge("few-devices", &names);
  judge("no-device-opens", &opened);

  struct stat status;
  if (stat("/dev/pts", &status) == 0 && status.st_dev == (dev_t)bait_number("devpts"))
    note(&ptys, "/dev/pts is the host's");
  judge("terminals-own", &ptys);
}
