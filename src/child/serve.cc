#include "child/serve.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "child/enter.h"
#include "child/stack.h"
#include "sys/raw.h"

namespace snug::child {
namespace {

// A request is a command line and an environment: execve(2) takes no more than 6 MiB of them.
constexpr long kMaxRequest = 16 << 20;

// The commands that have joined. Index and id differ by one: id 0 is the payload.
class Entered {
 public:
  pid_t& pid(uint32_t id) { return pids_[id - 1]; }
  static bool valid(uint32_t id) { return id >= 1 && id <= kMaxEntered; }
  uint32_t find(pid_t pid) const {
    for (uint32_t id = 1; id <= kMaxEntered; ++id)
      if (pids_[id - 1] == pid)
        return id;
    return 0;
  }

 private:
  pid_t pids_[kMaxEntered]{};
};

struct Serving {
  int wire;
  int pts;
  pid_t payload;
  bool enterable;
  uint16_t enter_step;
  Confinement confinement;
  Entered entered{};
};

// Reaps everything that ends. True once the payload has, with its status. That the payload has stopped is
// passed on.
bool reap(Serving& serving, int& status) {
  for (;;) {
    int ended = 0;
    const long result = raw::call(SYS_wait4, -1, &ended, WNOHANG | WUNTRACED, nullptr);
    if (result == -EINTR)
      continue;
    if (result <= 0)
      return false;
    const pid_t pid = static_cast<pid_t>(result);
    const uint32_t id = serving.entered.find(pid);
    if (pid != serving.payload && id == 0)
      continue;
    if (WIFSTOPPED(ended)) {
      if (pid == serving.payload)
        (void)send_message(serving.wire, {.kind = MessageKind::Stopped});
      continue;
    }
    if (pid == serving.payload) {
      status = ended;
      return true;
    }
    serving.entered.pid(id) = 0;
    // Nobody is left to be told: the supervisor's end is init's.
    (void)send_message(serving.wire, {.kind = MessageKind::Left, .id = id, .status = ended});
  }
}

void signal_process(pid_t pid, int signal, bool group) {
  // To a group that is not its own any more (it has made itself another) the signal would be lost: then to
  // the process.
  if (!group || raw::call(SYS_kill, -pid, signal) < 0)
    (void)raw::call(SYS_kill, pid, signal);
}

void forward(Serving& serving, int value) {
  const uint32_t id = static_cast<uint32_t>(value) >> kIdShift;
  const pid_t pid = id == 0 ? serving.payload : Entered::valid(id) ? serving.entered.pid(id) : 0;
  if (pid > 0)
    signal_process(pid, value & 0xFF, value & kToGroup);
}

// The pid, or minus an errno with `step` set.
int enter_request(Serving& serving, const int (&fds)[kMaxFds], int& master, uint16_t& step) {
  struct stat info;
  if (fstat(fds[0], &info) != 0)
    return -errno;
  if (info.st_size < static_cast<long>(sizeof(EnterRequest)) || info.st_size > kMaxRequest)
    return -EBADMSG;
  // Private: the offsets become pointers in init's copy.
  const size_t size = static_cast<size_t>(info.st_size);
  const long memory = raw::call(SYS_mmap, nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fds[0], 0);
  if (memory < 0)
    return static_cast<int>(memory);
  auto& request = *reinterpret_cast<EnterRequest*>(memory);
  const int standard[3] = {fds[1], fds[2], fds[3]};
  const int result = request.size == size
                         ? enter(request, standard, serving.pts, serving.confinement, master, step)
                         : -EBADMSG;
  (void)raw::call(SYS_munmap, memory, size);
  return result;
}

void take_request(Serving& serving, const Message& message, const int (&fds)[kMaxFds]) {
  const uint32_t id = message.id;
  if (message.kind != MessageKind::Enter || !serving.enterable || !Entered::valid(id))
    return;
  int master = -1;
  uint16_t step = serving.enter_step;
  const int pid = serving.entered.pid(id) != 0 ? -EBUSY : enter_request(serving, fds, master, step);
  if (pid < 0) {
    (void)send_message(serving.wire,
                       {.kind = MessageKind::EnterFailed, .id = id, .step = step, .error = -pid});
    return;
  }
  serving.entered.pid(id) = pid;
  (void)send_message(serving.wire, {.kind = MessageKind::Entered, .id = id}, &master, master >= 0 ? 1 : 0);
  if (master >= 0)
    raw::close_fd(master);
}

void read_wire(Serving& serving) {
  Message message{};
  int fds[kMaxFds];
  while (receive_message(serving.wire, message, fds) == 1) {
    take_request(serving, message, fds);
    for (const int fd : fds)
      if (fd >= 0)
        raw::close_fd(fd);
  }
}

// The regions are on init's stack: they include the heap that the program lies in, which nothing reads any
// more. It waits itself: each page of code that was touched in between would bring its neighbours back.
[[gnu::noinline]] long rest_and_wait(const Region* regions, size_t count, const uint64_t& waited,
                                     siginfo_t& info) {
  constexpr int kDrop = 4;  // MADV_DONTNEED: a saving, never a need
  for (size_t i = 0; i < count; ++i) (void)raw::call(SYS_madvise, regions[i].start, regions[i].size, kDrop);
  const Region unused = stack_below();
  (void)raw::call(SYS_madvise, unused.start, unused.size, kDrop);
  return raw::call(SYS_rt_sigtimedwait, &waited, &info, nullptr, sizeof waited);
}

// init's own standard descriptors are the payload's: held open here, a pipe's other end would never see its
// end. Their places stay taken, so that no descriptor that comes over the wire gets one of them.
void release_standard_descriptors(int placeholder) {
  for (int fd = 0; fd < 3; ++fd) (void)raw::call(SYS_dup3, placeholder, fd, O_CLOEXEC);
}

}  // namespace

int serve_until_end(const State& state, const Program& program, pid_t payload) {
  Serving serving{.wire = state.wire,
                  .pts = state.pts,
                  .payload = payload,
                  .enterable = program.enterable,
                  .enter_step = program.enter_step,
                  .confinement = {.inherited = program.payload.confine_early,
                                  .keep = program.payload.keep,
                                  .ambient = program.payload.ambient,
                                  .filter = program.payload.filter,
                                  .filter_size = program.payload.filter_size,
                                  .filter_asks = program.payload.filter_asks,
                                  .root_is_own = program.payload.root_is_own,
                                  .mask = program.caller_mask,
                                  .wire = state.wire}};
  if (serving.enterable)
    release_standard_descriptors(state.pts);
  Region regions[sizeof program.rest / sizeof program.rest[0]];
  memcpy(regions, program.rest, sizeof regions);
  const size_t count = program.rest_count;
  const uint64_t waited = 1ULL << (SIGCHLD - 1) | 1ULL << (kForwardSignal - 1);
  int status = 0;
  while (!reap(serving, status)) {
    // A payload that runs for longer than this is likely to go on: a short one should not pay for what is
    // dropped.
    const timespec while_short{.tv_sec = 0, .tv_nsec = 200'000'000};
    siginfo_t info;
    long signal = raw::call(SYS_rt_sigtimedwait, &waited, &info, &while_short, sizeof waited);
    // Once more before waiting without end: a wait that failed has not told of an end.
    if (signal == -EAGAIN && reap(serving, status))
      break;
    if (signal == -EAGAIN)
      signal = rest_and_wait(regions, count, waited, info);
    if (signal == kForwardSignal && info.si_value.sival_int == kReadWire)
      read_wire(serving);
    else if (signal == kForwardSignal)
      forward(serving, info.si_value.sival_int);
  }
  return status;
}

namespace {

// The root where `root` is one. init is not dumpable, so that nobody but itself can open its namespaces.
int send_namespaces(const State& state, int root, int user, int network) {
  const bool tree = root >= 0;
  const int fds[] = {root, user, network};
  const int result = user < 0      ? user
                     : network < 0 ? network
                     : tree        ? send_message(state.wire, {.kind = MessageKind::Tree}, fds, 3)
                                   : send_message(state.wire, {.kind = MessageKind::Namespaces}, fds + 1, 2);
  if (user >= 0)
    raw::close_fd(user);
  if (network >= 0)
    raw::close_fd(network);
  return result;
}

}  // namespace

int hand_out_namespaces(const State& state) {
  return send_namespaces(state, -1, raw::open_at(AT_FDCWD, "/proc/self/ns/user", O_RDONLY),
                         raw::open_at(AT_FDCWD, "/proc/self/ns/net", O_RDONLY));
}

int hand_out_tree(const State& state) {
  // Through the sandbox's own procfs, by descriptor: no path of it is involved.
  return send_namespaces(state, state.root, raw::open_at(state.proc, "self/ns/user", O_RDONLY),
                         raw::open_at(state.proc, "self/ns/net", O_RDONLY));
}

}  // namespace snug::child
