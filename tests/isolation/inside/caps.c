// Rights of the payload itself.
#include "check.h"

static unsigned long long field(const char* name, int base) {
  const char* line = strstr(slurp("/proc/self/status"), name);
  return line ? strtoull(line + strlen(name), NULL, base) : ~0ULL;
}

static void sets(const char* property, const char* const* names) {
  struct seen seen = {0};
  for (; *names; ++names) {
    const unsigned long long set = field(*names, 16);
    if (set != 0)
      note(&seen, "%.6s %llx", *names, set);
  }
  judge(property, &seen);
}

void check_caps(void) {
  sets("no-capabilities", (const char* const[]){"CapPrm:", "CapEff:", "CapBnd:", NULL});
  // A set that is inherited comes back with the first program that has file capabilities.
  sets("no-inherited-capabilities", (const char* const[]){"CapInh:", "CapAmb:", NULL});

  struct seen privileges = {0}, filter = {0}, groups = {0};
  if (field("NoNewPrivs:", 10) != 1)
    note(&privileges, "setuid programs would gain");
  judge("no-new-privileges", &privileges);
  if (field("Seccomp:", 10) != 2)
    note(&filter, "no filter of system calls");
  judge("filter-installed", &filter);

  gid_t list[256];
  const int count = getgroups(256, list);
  for (int i = 0; i < count; ++i)
    if (list[i] != getgid())
      note(&groups, "group %u of the caller's is kept", list[i]);
  judge("no-extra-groups", &groups);
}
