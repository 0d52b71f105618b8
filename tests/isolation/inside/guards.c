// Tries to change what is judged outside, by the runner: files of the project that the caller's programs
// would run.
#include <stdio.h>
#include <sys/mount.h>

#include "check.h"

static bool plant(const char* path) {
  char copy[300];
  snprintf(copy, sizeof copy, "%s", path);
  for (char* slash = strchr(copy, '/'); slash; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    mkdir(copy, 0755);
    *slash = '/';
  }
  chmod(path, 0644);
  const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
  const bool written = fd >= 0 && write(fd, "planted\n", 8) == 8;
  if (fd >= 0)
    close(fd);
  return written;
}

static void plant_line(const char* path, void* unused) {
  (void)unused;
  plant(path);
  // And by way of another name: over it, and away from under it.
  if (plant(".isolation-planted") && rename(".isolation-planted", path) != 0)
    unlink(".isolation-planted");
}

void check_guards(void) {
  each_bait("guarded", plant_line, NULL);
  // Not the file but its directory: renamed away, with another in its place.
  const char* const directories[] = {".git/hooks", ".git", ".vscode"};
  for (size_t i = 0; i < sizeof directories / sizeof *directories; ++i) {
    char away[64];
    snprintf(away, sizeof away, ".away-%zu", i);
    if (rename(directories[i], away) == 0)
      each_bait("guarded", plant_line, NULL);
  }
}

// Can the payload work in its directory at all? Whether the host sees it is for the runner to judge.
void check_work(void) {
  struct seen seen = {0};
  if (!plant("written-by-the-payload"))
    note(&seen, "%s", strerror(errno));
  if (!plant("existing"))
    note(&seen, "a file that was there: %s", strerror(errno));
  judge("work-writable", &seen);
}
