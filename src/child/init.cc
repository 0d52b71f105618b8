// init's life: set up, start the payload, reap, end. PID 1 of the sandbox's pid namespace: when it goes, the
// kernel kills the rest.
#include <linux/capability.h>
#include <poll.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <sys/wait.h>

#include "child/descriptors.h"
#include "child/run.h"
#include "child/state.h"
#include "sys/raw.h"

namespace snug::child {

int send_message(int wire, const Message& message, int fd, int second) {
  iovec data{const_cast<Message*>(&message), sizeof message};
  msghdr header{};
  header.msg_iov = &data;
  header.msg_iovlen = 1;
  const int fds[2] = {fd, second};
  const size_t size = sizeof(int) * ((fd >= 0 ? 1 : 0) + (second >= 0 ? 1 : 0));
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof fds)];
  if (size > 0) {
    memset(control, 0, sizeof control);
    header.msg_control = control;
    header.msg_controllen = CMSG_SPACE(size);
    cmsghdr* c = CMSG_FIRSTHDR(&header);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(size);
    memcpy(CMSG_DATA(c), fds, size);
  }
  long result = 0;
  do result = raw::call(SYS_sendmsg, wire, &header, MSG_NOSIGNAL);
  while (result == -EINTR);
  return result < 0 ? static_cast<int>(result) : 0;
}

namespace {

[[noreturn]] void fail_and_exit(const State& state, uint16_t step, int error) {
  // Whether the message arrives or not, init ends here: the supervisor reads end of file as a failure too.
  (void)send_message(state.wire,
                     {.kind = MessageKind::Failed, .step = step, .error = -error, .detail = state.detail});
  _exit(125);
}

// The supervisor's death kills init from the first moment on. It may have died before the request, which the
// kernel does not tell: the other end of the wire does. (getppid cannot: the parent is outside this pid
// namespace, so that it is always 0.)
int bind_to_supervisor(const State& state) {
  const long result = raw::call(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  if (result < 0)
    return static_cast<int>(result);
  pollfd peer{.fd = state.wire, .events = 0, .revents = 0};
  timespec now{};
  const long ready = raw::call(SYS_ppoll, &peer, 1, &now, nullptr, 0);
  return ready < 0 ? static_cast<int>(ready) : (peer.revents & (POLLHUP | POLLERR)) ? -EPIPE : 0;
}

// Until its maps are written init must be dumpable: /proc/self/uid_map belongs to root for a process that is
// not. From then on it must not be: its memory and descriptors are the supervisor's copies, and the payload
// may have the same uid.
int become_undumpable() {
  return static_cast<int>(raw::call(SYS_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0));
}

int do_op(State& state, const Op& op) {
  switch (op.code) {
    case OpCode::WriteMaps: {
      const int result = write_maps(op.maps.uid_map, op.maps.gid_map);
      return result < 0 ? result : become_undumpable();
    }
    case OpCode::AwaitMaps: {
      const int result = await_maps(state);
      return result < 0 ? result : become_undumpable();
    }
    case OpCode::JoinKeyring: {
      // KEYCTL_JOIN_SESSION_KEYRING with no name makes an anonymous one. A kernel without keyrings has
      // nothing to hide.
      const long result = raw::call(SYS_keyctl, 1, nullptr, 0, 0, 0);
      return result == -ENOSYS ? 0 : result < 0 ? static_cast<int>(result) : 0;
    }
    case OpCode::LoopbackUp:
      return loopback_up();
    case OpCode::SetSysctl:
      return set_sysctl(op.sysctl.path, op.sysctl.value);
    case OpCode::SetHostname:
      return static_cast<int>(raw::call(SYS_sethostname, op.hostname.name, op.hostname.size));
    case OpCode::PrivateMounts:
      return private_mounts();
    case OpCode::TmpfsRoot:
      return tmpfs_root(state, op.tmpfs_root.size);
    case OpCode::OverlayRoot:
      return overlay_root(state, op);
    case OpCode::MakeDir:
      return make_dir(state, op.dir.target, op.dir.mode);
    case OpCode::MakeSymlink:
      return make_symlink(state, op.symlink.target, op.symlink.text);
    case OpCode::BindText:
      return bind_text(state, op);
    case OpCode::BindMount:
      return bind_mount(state, op);
    case OpCode::CowMount:
      return cow_mount(state, op);
    case OpCode::MountTmpfs:
      return mount_tmpfs(state, op);
    case OpCode::MountDev:
      return mount_dev(state, op.dev.devices);
    case OpCode::MountDevpts:
      return mount_devpts(state);
    case OpCode::MountProc:
      return mount_proc(state, op);
    case OpCode::MountSys:
      return mount_sys(state, op);
    case OpCode::OpenTerminal:
      return open_terminal(state, op);
    case OpCode::RootReadOnly:
      return root_read_only(state);
    case OpCode::PivotRoot:
      return pivot_root(state);
    case OpCode::LimitResource: {
      const struct { uint64_t soft, hard; } limit{op.limit.soft, op.limit.hard};
      return static_cast<int>(raw::call(SYS_prlimit64, 0, op.limit.resource, &limit, nullptr));
    }
    case OpCode::DropCapabilities:
      return drop_capabilities(op.capabilities.keep);
    case OpCode::NoNewPrivileges:
      return static_cast<int>(raw::call(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
  }
  return -EINVAL;
}

// What init may still do once the payload runs: wait, signal it, report. It needs CAP_KILL for a payload of
// another uid.
int confine_init(const Program& program, uint16_t& step) {
  if (program.payload.confine_early)
    return 0;
  step = program.payload.user_step;
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  __user_cap_data_struct data[2]{};
  if (program.payload.set_user)
    data[0].effective = data[0].permitted = 1U << CAP_KILL;
  long result = raw::call(SYS_capset, &header, data);
  if (result >= 0 && program.payload.filter) {
    step = program.payload.filter_step;
    const sock_fprog filter{static_cast<unsigned short>(program.payload.filter_size),
                            const_cast<sock_filter*>(program.payload.filter)};
    result = raw::call(SYS_seccomp, 1 /* SECCOMP_SET_MODE_FILTER */, 0, &filter);
  }
  return static_cast<int>(result);
}

// Reaps everything that ends. True once the payload has, with its status. That the payload has stopped is
// passed on.
bool reap(const State& state, pid_t payload, int& status) {
  for (;;) {
    int ended = 0;
    const long pid = raw::call(SYS_wait4, -1, &ended, WNOHANG | WUNTRACED, nullptr);
    if (pid == -EINTR)
      continue;
    if (pid <= 0)
      return false;
    if (pid != payload)
      continue;
    if (WIFSTOPPED(ended)) {
      (void)send_message(state.wire, {.kind = MessageKind::Stopped});
      continue;
    }
    status = ended;
    return true;
  }
}

void forward(pid_t payload, int value) {
  const int signal = value & 0xFF;
  // To a group that is not the payload's own any more (it has made itself another) the signal would be lost:
  // then to the payload.
  if (!(value & kToGroup) || raw::call(SYS_kill, -payload, signal) < 0)
    (void)raw::call(SYS_kill, payload, signal);
}

// The regions are on init's stack: they include the heap that the program lies in, which nothing reads any
// more.
void give_back(const Region* regions, size_t count) {
  for (size_t i = 0; i < count; ++i)
    (void)raw::call(SYS_madvise, regions[i].start, regions[i].size,
                    4 /* MADV_DONTNEED */);  // a saving, never a need
}

int wait_for_payload(const State& state, const Program& program, pid_t payload) {
  Region regions[sizeof program.rest / sizeof program.rest[0]];
  memcpy(regions, program.rest, sizeof regions);
  size_t count = program.rest_count;
  uint64_t waited = 1ULL << (SIGCHLD - 1) | 1ULL << (kForwardSignal - 1);
  int status = 0;
  while (!reap(state, payload, status)) {
    // A payload that runs for longer than this is likely to go on: a short one should not pay for what is
    // dropped.
    const timespec while_short{.tv_sec = 0, .tv_nsec = 200'000'000};
    siginfo_t info;
    const long signal =
        raw::call(SYS_rt_sigtimedwait, &waited, &info, count > 0 ? &while_short : nullptr, sizeof waited);
    if (signal == kForwardSignal)
      forward(payload, info.si_value.sival_int);
    if (signal == -EAGAIN) {
      give_back(regions, count);
      count = 0;
    }
  }
  return status;
}

// /proc/1/cmdline is open to everybody inside, and snug's own command line names paths of the host and values
// of the environment. The pages are init's own copy.
void wipe_arguments(const Region& text) {
  constexpr char kName[] = "snug-init";
  char* to = static_cast<char*>(text.start);
  for (size_t i = 0; i < text.size; ++i) to[i] = i < sizeof kName ? kName[i] : '\0';
}

uint32_t fullness(const State& state) {
  struct statfs info;
  if (state.scratch < 0 || fstatfs(state.scratch, &info) != 0)
    return 0;
  return (info.f_blocks && info.f_bavail == 0 ? 1U : 0U) | (info.f_files && info.f_ffree == 0 ? 2U : 0U);
}

}  // namespace

void run_init(const Program& program, int wire) {
  State state;
  state.wire = wire;
  wipe_arguments(program.arguments);
  const int bound = bind_to_supervisor(state);
  if (bound < 0)
    fail_and_exit(state, program.create_step, bound);
  // A session of its own: no controlling terminal, so that no terminal of the caller's can be injected into
  // (CVE-2017-5226), and signals of the caller's terminal reach the supervisor alone, which passes them on.
  const int alone = static_cast<int>(raw::call(SYS_setsid));
  if (alone < 0)
    fail_and_exit(state, program.create_step, alone);
  umask(0);  // modes in the plan are meant as they stand
  for (size_t i = 0; i < program.count; ++i) {
    const int result = do_op(state, program.ops[i]);
    if (result < 0)
      fail_and_exit(state, program.ops[i].step, result);
  }
  if (program.setup_only) {
    (void)send_message(wire, {.kind = MessageKind::Exited});
    _exit(0);
  }
  umask(022);
  // Directories of the host are among what set-up has opened (the layers). A process that ends loses its
  // memory before its descriptors, and for that moment nothing else may keep the payload from reaching them
  // through /proc/1/fd: ptrace_may_access() takes a process without memory for one that may be looked at.
  if (const int closed = close_all_but({state.wire, state.scratch, state.slave}); closed < 0)
    fail_and_exit(state, program.payload.close_step, closed);
  uint16_t step = program.payload.execute_step;
  const int payload = spawn_payload(state, program, step);
  if (payload < 0)
    fail_and_exit(state, step, payload);
  if (send_message(wire, {.kind = MessageKind::Ready}) < 0)
    _exit(125);
  // The payload runs by now; it ends with init.
  if (const int confined = confine_init(program, step); confined < 0)
    fail_and_exit(state, step, confined);
  const int status = wait_for_payload(state, program, payload);
  const int told =
      send_message(wire, {.kind = MessageKind::Exited, .status = status, .full = fullness(state)});
  _exit(told < 0 ? 125 : 0);
}

}  // namespace snug::child
