#include <sys/prctl.h>
#include <sys/resource.h>

#include "check.h"

void check_limits(void) {
  struct seen seen = {0};
  struct rlimit core;
  // The hard one: a payload may raise the other.
  if (getrlimit(RLIMIT_CORE, &core) != 0 || core.rlim_max != 0)
    note(&seen, "a crash would leave up to %lu bytes of core", (unsigned long)core.rlim_max);
  judge("no-core-dumps", &seen);
}
