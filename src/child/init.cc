// init's life: set up, start the payload, reap, end. PID 1 of the sandbox's pid namespace: when it goes, the
// kernel kills the rest.
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>

#include "child/descriptors.h"
#include "child/landlock.h"
#include "child/payload.h"
#include "child/run.h"
#include "child/serve.h"
#include "child/state.h"
#include "sys/raw.h"

namespace snug::child {

namespace {

[[noreturn]] void fail_and_exit(const State& state, uint16_t step, int error) {
  // Whether the message arrives or not, init ends here: the supervisor reads end of file as a failure too.
  (void)send_message(state.wire,
                     {.kind = MessageKind::Failed, .step = step, .error = -error, .detail = state.detail});
  _exit(125);
}

// For a trace alone: what it costs, a run that is not traced does not pay.
void tell_step(const State& state, const Program& program, uint32_t step, int result, raw::Made made) {
  if (!program.traced)
    return;
  timespec now{};
  (void)raw::call(SYS_clock_gettime, CLOCK_MONOTONIC, &now);  // cannot fail for this clock
  (void)send_message(state.wire, {.kind = MessageKind::Step,
                                  .step = step,
                                  .error = result < 0 ? -result : 0,
                                  .call = static_cast<int32_t>(result < 0 ? made.failed : made.last),
                                  .at_ns = int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec});
  raw::made = {};
}

// Those of the payload's, up to the one that failed. Its process has the memory of init until it is executed,
// and so has left there what it called last. A step that the program does not have is 0, which is none of
// these.
void tell_payload(const State& state, const Program& program, uint32_t failed, int result) {
  const Payload& payload = program.payload;
  const raw::Made made = raw::made;
  const uint32_t last = result < 0 ? failed : payload.execute_step;
  const uint32_t steps[] = {payload.user_step,     payload.close_step,  payload.dir_step,
                            payload.landlock_step, payload.filter_step, payload.execute_step};
  // In the plan's order, which is that of their numbers.
  for (uint32_t told = 0;;) {
    uint32_t next = UINT32_MAX;
    for (const uint32_t step : steps)
      if (step > told && step < next)
        next = step;
    if (next == UINT32_MAX)
      return;
    tell_step(state, program, next, next == last ? result : 0, next == last ? made : raw::Made{});
    if (next == last)
      return;
    told = next;
  }
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
    case OpCode::CheckIds: {
      const bool same = raw::call(SYS_geteuid) == op.ids.uid && raw::call(SYS_getegid) == op.ids.gid;
      return same ? become_undumpable() : -ESTALE;
    }
    case OpCode::HandOutNamespaces:
      return hand_out_namespaces(state);
    case OpCode::NewCgroupNamespace:
      return static_cast<int>(raw::call(SYS_unshare, CLONE_NEWCGROUP));
    case OpCode::JoinKeyring:
      return join_keyring();
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
    case OpCode::DiskRoot:
      return disk_root(state, op.disk_root.disk);
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
    case OpCode::MountCgroup:
      return mount_cgroup(state);
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
// another uid. Where commands may join it keeps what they take on, and to be able to take on another user's
// id; then it cannot have the filter either, which may refuse it that.
int confine_init(const Program& program, uint16_t& step) {
  const Payload& payload = program.payload;
  if (payload.confine_early)
    return 0;
  step = payload.user_step;
  uint64_t keep = payload.set_user ? 1ULL << CAP_KILL : 0;
  if (program.enterable)
    keep |= payload.keep | (payload.set_user ? 1ULL << CAP_SETUID | 1ULL << CAP_SETGID : 0);
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  __user_cap_data_struct data[2]{};
  for (int i = 0; i < 2; ++i) data[i].effective = data[i].permitted = static_cast<uint32_t>(keep >> (32 * i));
  long result = raw::call(SYS_capset, &header, data);
  if (result >= 0 && payload.filter && !program.enterable) {
    step = payload.filter_step;
    const sock_fprog filter{static_cast<unsigned short>(payload.filter_size),
                            const_cast<sock_filter*>(payload.filter)};
    result = raw::call(SYS_seccomp, 1 /* SECCOMP_SET_MODE_FILTER */, 0, &filter);
  }
  return static_cast<int>(result);
}

// The payload, by the program. Where it and init are one user with one set of rights, init takes them on
// first.
int start_payload(const State& state, const Program& program, uint16_t& step) {
  Payload payload = program.payload;
  if (payload.confine_early)
    if (const int result = confine(payload, state.wire, step); result < 0)
      return result;
  // One Landlock domain for the payload and for what joins it, or they could not signal each other.
  if (!payload.confine_early && program.enterable) {
    step = payload.landlock_step;
    if (const int result = apply_landlock(payload.landlock); result < 0)
      return result;
    payload.landlock = {};
  }
  const int pid = start_process(
      {.payload = payload, .mask = program.caller_mask, .wire = state.wire, .slave = state.slave}, step);
  if (pid >= 0 && state.slave >= 0)
    raw::close_fd(state.slave);
  return pid;
}

// Nothing runs inside: init keeps the tree for whoever looks at it, until they let go of the wire.
[[noreturn]] void hold_tree(const State& state, const Program& program) {
  if (const int result = hand_out_tree(state); result < 0)
    fail_and_exit(state, program.enter_step, result);
  (void)close_all_but({state.wire, -1, -1, -1});  // a tidy-up: there is no payload that could take one
  (void)send_message(state.wire, {.kind = MessageKind::Ready});
  pollfd peer{.fd = state.wire, .events = 0, .revents = 0};
  while (!(peer.revents & (POLLHUP | POLLERR)))
    if (raw::call(SYS_ppoll, &peer, 1, nullptr, nullptr, 0) < 0 && errno != EINTR)
      break;
  _exit(0);
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
    // In these init asks and waits: the supervisor tells what it has done.
    const OpCode code = program.ops[i].code;
    if (result < 0 || (code != OpCode::AwaitMaps && code != OpCode::HandOutNamespaces))
      tell_step(state, program, program.ops[i].step, result, raw::made);
    if (result < 0)
      fail_and_exit(state, program.ops[i].step, result);
  }
  if (program.setup_only) {
    (void)send_message(wire, {.kind = MessageKind::Exited});
    _exit(0);
  }
  if (program.tree_only)
    hold_tree(state, program);
  umask(022);
  if (program.enterable)
    if (const int result = hand_out_tree(state); result < 0)
      fail_and_exit(state, program.enter_step, result);
  if (program.connected)
    if (const int result = await_go(state); result < 0)
      fail_and_exit(state, program.connect_step, result);
  // Directories of the host are among what set-up has opened (the layers). A process that ends loses its
  // memory before its descriptors, and for that moment nothing else may keep the payload from reaching them
  // through /proc/1/fd: ptrace_may_access() takes a process without memory for one that may be looked at.
  // Of what stays all is the sandbox's own. Commands that join get their terminals from its devpts.
  const int pts = program.enterable ? state.pts : -1;
  if (const int closed = close_all_but({state.wire, state.scratch, state.slave, pts}); closed < 0)
    fail_and_exit(state, program.payload.close_step, closed);
  uint16_t step = program.payload.execute_step;
  const int payload = start_payload(state, program, step);
  tell_payload(state, program, step, payload);
  if (payload < 0)
    fail_and_exit(state, step, payload);
  if (send_message(wire, {.kind = MessageKind::Ready}) < 0)
    _exit(125);
  // The payload runs by now; it ends with init.
  if (const int confined = confine_init(program, step); confined < 0)
    fail_and_exit(state, step, confined);
  const int status = serve_until_end(state, program, payload);
  const int told =
      send_message(wire, {.kind = MessageKind::Exited, .status = status, .full = fullness(state)});
  _exit(told < 0 ? 125 : 0);
}

}  // namespace snug::child
