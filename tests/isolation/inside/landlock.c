// A second wall besides namespaces. A process may put itself into 16 domains; whoever can make fewer is in
// one already.
#include <linux/landlock.h>
#include <sys/prctl.h>

#include "check.h"

enum { most_domains = 16 };

static int count_domains(const void* unused) {
  (void)unused;
  const struct landlock_ruleset_attr attributes = {.handled_access_fs = LANDLOCK_ACCESS_FS_EXECUTE};
  const long ruleset = syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0);
  int made = 0;
  if (ruleset < 0)
    return 100 + errno;
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  while (made < most_domains && syscall(SYS_landlock_restrict_self, ruleset, 0) == 0) ++made;
  return made;
}

void check_landlock(void) {
  struct seen seen = {0};
  const int made = ask(count_domains, NULL);
  if (strcmp(bait("landlock"), "yes") == 0 && made >= most_domains) {
    if (made >= 100)
      note(&seen, "cannot be asked: %s", strerror(made - 100));
    else
      note(&seen, "in no domain");
  }
  judge("landlock", &seen);
}
