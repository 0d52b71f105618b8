// The payload's own process, between vfork and exec. It shares init's memory until it executes, so what it
// finds out it can leave in a variable, and nothing has to be copied for it.
#include "child/payload.h"

#include <linux/capability.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>

#include "child/descriptors.h"
#include "child/landlock.h"
#include "child/wire.h"
#include "sys/open_in.h"
#include "sys/raw.h"

namespace snug::child {
namespace {

// A process group of its own in init's session: in an orphaned one a stop signal would be ignored
// (setpgid(2)).
int take_group(const Start& start) {
  long result = raw::call(SYS_setpgid, 0, 0);
  if (result < 0 || !start.payload.has_terminal)
    return static_cast<int>(result);
  // Into the foreground. Until then this group is in the background, and asking from there would stop it
  // (SIGTTOU); the mask is set to the caller's later on.
  const uint64_t all = ~0ULL;
  result = raw::call(SYS_rt_sigprocmask, SIG_BLOCK, &all, nullptr, sizeof all);
  const pid_t group = static_cast<pid_t>(raw::call(SYS_getpid));
  if (result >= 0 && ioctl(start.slave, TIOCSPGRP, &group) != 0)
    result = -errno;
  return result < 0 ? static_cast<int>(result) : 0;
}

// init's session has one terminal, the payload's: whatever joins with one of its own leads a session.
int take_session(const Start& start) {
  const long result = raw::call(SYS_setsid);
  if (result < 0)
    return static_cast<int>(result);
  return start.payload.has_terminal && ioctl(start.slave, TIOCSCTTY, 0) != 0 ? -errno : 0;
}

int take_descriptors(const Start& start) {
  for (int fd = 0; fd < 3; ++fd) {
    const bool terminal = start.payload.has_terminal && (start.payload.terminal_fds >> fd & 1);
    const int from = terminal ? start.slave : start.fds[fd];
    if (from < 0)
      continue;
    const long result = raw::call(SYS_dup3, from, fd, 0);
    if (result < 0)
      return static_cast<int>(result);
  }
  return 0;
}

int become_user(const Payload& payload) {
  if (!payload.set_user)
    return 0;
  long result = raw::call(SYS_setgroups, payload.group_count, payload.groups);
  if (result >= 0)
    result = raw::call(SYS_setresgid, payload.gid, payload.gid, payload.gid);
  // Without this the change of uid would clear the sets, the kept ones too (capabilities(7)).
  if (result >= 0 && payload.ambient)
    result = raw::call(SYS_prctl, PR_SET_KEEPCAPS, 1, 0, 0, 0);
  if (result >= 0)
    result = raw::call(SYS_setresuid, payload.uid, payload.uid, payload.uid);
  return result < 0 ? static_cast<int>(result) : 0;
}

int set_capabilities(uint64_t keep, uint64_t ambient) {
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  __user_cap_data_struct data[2];
  for (int i = 0; i < 2; ++i) {
    data[i].effective = data[i].permitted = static_cast<uint32_t>(keep >> (32 * i));
    // Inheritable stays empty but for what ambient needs (CVE-2022-24769: files with inheritable capabilities
    // would gain).
    data[i].inheritable = static_cast<uint32_t>(ambient >> (32 * i));
  }
  long result = raw::call(SYS_capset, &header, data);
  for (unsigned long capability = 0; capability < 64 && result >= 0; ++capability)
    if (ambient >> capability & 1)
      result = raw::call(SYS_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0);
  return result < 0 ? static_cast<int>(result) : 0;
}

int enter_dir(const char* path) {
  // Beneath the new root and through no magic link: a workdir of /proc/self/fd/N must not reach a descriptor
  // that set-up still has open (CVE-2024-21626).
  const int fd = raw::open_in(AT_FDCWD, path, O_PATH | O_DIRECTORY, RESOLVE_NO_MAGICLINKS);
  if (fd < 0)
    return fd;
  const int result = static_cast<int>(raw::call(SYS_fchdir, fd));
  raw::close_fd(fd);  // init goes on after this, where it confines itself first
  return result;
}

int execute(const Payload& payload) {
  // As execvp(3): what is missing is passed over, what may not be executed is remembered.
  int error = -ENOENT;
  for (size_t i = 0; i < payload.candidates.count; ++i) {
    const int result =
        static_cast<int>(raw::call(SYS_execve, payload.candidates.items[i], payload.argv, payload.envp));
    if (result == -EACCES)
      error = result;
    else if (result != -ENOENT && result != -ENOTDIR)
      return result;
  }
  return error;
}

int install_filter(const Payload& payload, int wire) {
  if (!payload.filter)
    return 0;
  const sock_fprog filter{static_cast<unsigned short>(payload.filter_size),
                          const_cast<sock_filter*>(payload.filter)};
  const auto install = [&](unsigned long flags) {
    return static_cast<int>(raw::call(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &filter));
  };
  if (!payload.filter_asks)
    return install(0);
  const int root = payload.root_is_own ? raw::open_at(AT_FDCWD, "/", O_PATH | O_DIRECTORY) : -1;
  const int listener = install(SECCOMP_FILTER_FLAG_NEW_LISTENER);
  // A process can have one listener, and a snug around this one has it already (EBUSY): then nobody is asked,
  // and the calls are answered with ENOSYS.
  if (listener == -EBUSY) {
    if (root >= 0)
      raw::close_fd(root);
    return install(0);
  }
  if (listener >= 0) {
    const int fds[] = {listener, root};
    // A filter of the user's own may refuse this call already: the same then.
    (void)send_message(wire, {.kind = MessageKind::Filtered}, fds, root >= 0 ? 2 : 1);
    raw::close_fd(listener);
  }
  if (root >= 0)
    raw::close_fd(root);
  return listener < 0 ? listener : 0;
}

int prepare_and_execute(const Start& start, uint16_t& step) {
  const Payload& payload = start.payload;
  step = payload.user_step;
  int result = start.entered ? take_session(start) : take_group(start);
  if (result >= 0)
    result = take_descriptors(start);
  if (result >= 0)
    result = become_user(payload);
  if (result < 0)
    return result;
  step = payload.close_step;
  result = close_on_execute();
  if (result >= 0)
    result =
        static_cast<int>(raw::call(SYS_rt_sigprocmask, SIG_SETMASK, &start.mask, nullptr, sizeof(uint64_t)));
  if (result >= 0 && !payload.confine_early)
    result = confine(payload, start.wire, step);
  if (result >= 0 && payload.confine_early && start.entered) {
    step = payload.dir_step;
    result = enter_dir(payload.workdir);
  }
  if (result < 0)
    return result;
  step = payload.execute_step;
  return execute(payload);
}

}  // namespace

// The filter is the last: what follows it must be allowed by it.
int confine(const Payload& payload, int wire, uint16_t& step) {
  step = payload.user_step;
  int result = set_capabilities(payload.keep, payload.ambient);
  if (result >= 0) {
    step = payload.dir_step;
    result = enter_dir(payload.workdir);
  }
  if (result >= 0) {
    step = payload.landlock_step;
    result = apply_landlock(payload.landlock);
  }
  if (result >= 0) {
    step = payload.filter_step;
    result = install_filter(payload, wire);
  }
  return result;
}

int start_process(const Start& start, uint16_t& step) {
  volatile int error = 0;
  const pid_t pid = vfork();
  if (pid < 0) {
    step = start.payload.execute_step;
    return -errno;
  }
  if (pid == 0) {
    error = prepare_and_execute(start, step);
    _exit(127);
  }
  // init was suspended until the new process executed or ended, so `error` is what it left. A failed one is
  // reaped like any other.
  return error < 0 ? error : pid;
}

}  // namespace snug::child
