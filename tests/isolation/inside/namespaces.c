// Namespaces of the sandbox's own, and none that the payload could make: each would give it rights over
// kernel code that ordinary programs do not reach.
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>

#include "check.h"

static const struct {
  const char* name;
  unsigned flag;
} kinds[] = {{"user", CLONE_NEWUSER},     {"mnt", CLONE_NEWNS},  {"pid", CLONE_NEWPID},
             {"ipc", CLONE_NEWIPC},       {"uts", CLONE_NEWUTS}, {"net", CLONE_NEWNET},
             {"cgroup", CLONE_NEWCGROUP}, {"time", 0x80}};
enum { kinds_count = sizeof kinds / sizeof *kinds };

static int reap(long pid) {
  if (pid == 0)
    _exit(0);
  if (pid > 0)
    waitpid((pid_t)pid, NULL, 0);
  return pid < 0 ? errno : 0;
}

static int with_unshare(const void* flag) {
  return unshare((int)*(const unsigned*)flag) < 0 ? errno : 0;
}
static int with_clone(const void* flag) {
  return reap(syscall(SYS_clone, *(const unsigned*)flag | SIGCHLD, 0, 0, 0, 0));
}
static int with_clone3(const void* flag) {
  struct clone_args arguments = {.flags = *(const unsigned*)flag, .exit_signal = SIGCHLD};
  return reap(syscall(SYS_clone3, &arguments, sizeof arguments));
}

static void make(struct seen* seen, const char* name, unsigned flag) {
  if (ask(with_unshare, &flag) == 0)
    note(seen, "unshare %s", name);
  if (flag != 0x80 && ask(with_clone, &flag) == 0)  // in clone's flags that bit is the exit signal's
    note(seen, "clone %s", name);
  if (ask(with_clone3, &flag) == 0)
    note(seen, "clone3 %s", name);
}

static int join(const void* name) {
  char path[64];
  snprintf(path, sizeof path, "/proc/self/ns/%s", (const char*)name);
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  return fd < 0 || setns(fd, 0) < 0 ? errno : 0;
}

void check_namespaces(void) {
  struct seen own = {0}, user = {0}, others = {0}, limit = {0}, joined = {0}, cgroup = {0};
  for (size_t i = 0; i < kinds_count - 1; ++i) {  // not time's: no clock is hidden
    char path[64], key[64], link[64] = "";
    snprintf(path, sizeof path, "/proc/self/ns/%s", kinds[i].name);
    snprintf(key, sizeof key, "ns_%s", kinds[i].name);
    if (readlink(path, link, sizeof link - 1) > 0 && strcmp(link, bait(key)) == 0)
      note(&own, "the %s namespace is the host's", kinds[i].name);
  }
  judge("namespaces-own", &own);

  make(&user, "user", CLONE_NEWUSER);
  judge("no-user-namespaces", &user);
  for (size_t i = 1; i < kinds_count; ++i) make(&others, kinds[i].name, kinds[i].flag);
  judge("no-other-namespaces", &others);

  // Or an ancestor's limit is used up, which the kernel tells by an errno of its own.
  const unsigned user_flag = CLONE_NEWUSER;
  const long most = strtol(slurp("/proc/sys/user/max_user_namespaces"), NULL, 10);
  if (most != 0 && ask(with_unshare, &user_flag) != ENOSPC)
    note(&limit, "the limit of user namespaces is %ld", most);
  judge("user-namespaces-limited", &limit);

  if (ask(join, "uts") == 0)
    note(&joined, "setns");
  judge("no-joining", &joined);

  char line[512];
  FILE* file = fopen("/proc/self/cgroup", "re");
  while (file && fgets(line, sizeof line, file)) {
    line[strcspn(line, "\n")] = '\0';
    const char* path = strrchr(line, ':');
    if (path && strcmp(path, ":/") != 0)
      note(&cgroup, "%.80s", line);
  }
  if (file)
    fclose(file);
  judge("cgroup-not-named", &cgroup);
}
