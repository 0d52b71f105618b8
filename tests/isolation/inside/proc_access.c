// What other processes of the sandbox, init above all, give away in /proc.
#include "check.h"

static void programs(void) {
  struct seen seen = {0};
  DIR* proc = opendir("/proc");
  for (struct dirent* entry; proc && (entry = readdir(proc));) {
    char path[300];
    // The payload's own program is the payload's own affair.
    if (strspn(entry->d_name, "0123456789") != strlen(entry->d_name) || runs_checks(entry->d_name))
      continue;
    snprintf(path, sizeof path, "/proc/%s/exe", entry->d_name);
    const int fd = open(path, O_WRONLY | O_CLOEXEC);
    // "Text file busy" is permission: the file can be written as soon as nobody runs it.
    if (fd >= 0 || errno == ETXTBSY)
      note(&seen, "%s opens for writing%s", path, fd >= 0 ? "" : " once it is idle");
    if (fd >= 0)
      close(fd);
  }
  if (proc)
    closedir(proc);
  judge("programs-not-writable", &seen);
}

static void opens(struct seen* seen, const char* path, int flags, const char* how) {
  const int fd = open(path, flags | O_CLOEXEC);
  if (fd >= 0) {
    note(seen, "%s opens for %s", path, how);
    close(fd);
  }
}

void check_proc_access(void) {
  programs();
  struct seen memory = {0}, descriptors = {0}, environ = {0}, links = {0}, words = {0};
  // A sandbox without an init has a payload as its first process, and nothing to protect there.
  if (!runs_checks("1")) {
    opens(&memory, "/proc/1/mem", O_RDONLY, "reading");
    opens(&memory, "/proc/1/mem", O_RDWR, "writing");
    opens(&memory, "/proc/1/maps", O_RDONLY, "reading");
    DIR* fds = opendir("/proc/1/fd");
    if (fds) {
      note(&descriptors, "/proc/1/fd can be listed");
      closedir(fds);
    }
    opens(&environ, "/proc/1/environ", O_RDONLY, "reading");
    opens(&links, "/proc/1/exe", O_RDONLY, "reading");
    opens(&links, "/proc/1/root", O_PATH, "passing through");
    opens(&links, "/proc/1/cwd", O_PATH, "passing through");
    if (contains("/proc/1/cmdline", bait("base")))
      note(&words, "/proc/1/cmdline names directories of the host");
  }
  judge("init-memory-closed", &memory);
  judge("init-descriptors-closed", &descriptors);
  judge("init-environ-closed", &environ);
  judge("init-links-closed", &links);
  judge("init-command-line-clean", &words);
}
