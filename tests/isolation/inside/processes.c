// Processes of the host: not seen, not reached by number, not traced.
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

#include "check.h"

static int trace(const void* pid) {
  return ptrace(PTRACE_SEIZE, *(const pid_t*)pid, NULL, NULL) < 0 ? errno : 0;
}

static int peek(const void* pid) {
  char byte;
  // Any address will do: EFAULT says that the kernel would have read there.
  struct iovec here = {&byte, 1}, there = {(void*)4096, 1};
  return process_vm_readv(*(const pid_t*)pid, &here, 1, &there, 1, 0) < 0 ? errno : 0;
}

void check_processes(void) {
  struct seen seen = {0}, reached = {0}, init = {0};
  DIR* proc = opendir("/proc");
  for (struct dirent* entry; proc && (entry = readdir(proc));) {
    char path[300];
    snprintf(path, sizeof path, "/proc/%s/cmdline", entry->d_name);
    if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9' && contains(path, bait("marker")) &&
        !runs_checks(entry->d_name))
      note(&seen, "%s is a process of the host's", path);
  }
  if (proc)
    closedir(proc);
  char self[32] = "";
  if (readlink("/proc/self", self, sizeof self - 1) < 0 || atoi(self) != getpid())
    note(&seen, "/proc is another namespace's: self is %s", self);
  judge("processes-hidden", &seen);

  const pid_t host = (pid_t)bait_number("host_pid"), first = 1;
  if (kill(host, 0) == 0 || errno == EPERM)
    note(&reached, "kill finds process %d", host);
  const long pidfd = syscall(SYS_pidfd_open, host, 0);
  if (pidfd >= 0)
    note(&reached, "pidfd_open finds process %d", host);
  if (ask(peek, &host) == EFAULT || ask(trace, &host) == 0)
    note(&reached, "its memory can be read");
  judge("processes-unreachable", &reached);

  if (!runs_checks("1")) {
    if (ask(peek, &first) == EFAULT)
      note(&init, "process_vm_readv of init");
    if (ask(trace, &first) == 0)
      note(&init, "ptrace of init");
  }
  judge("init-not-traced", &init);
}
