#include "check.h"

extern char** environ;

void check_environ(void) {
  struct seen own = {0}, others = {0};
  for (char** variable = environ; *variable; ++variable)
    if (strstr(*variable, bait("secret")))
      note(&own, "%.40s is passed", *variable);
  DIR* proc = opendir("/proc");
  for (struct dirent* entry; proc && (entry = readdir(proc));) {
    char path[300];
    snprintf(path, sizeof path, "/proc/%s/environ", entry->d_name);
    if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9' && !runs_checks(entry->d_name) &&
        contains(path, bait("secret")))
      note(&others, "%s shows the caller's", path);
  }
  if (proc)
    closedir(proc);
  judge("environment-clean", &own);
  judge("environment-of-others-clean", &others);
}
