#include "launch/signals.h"

#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "child/wire.h"

namespace snug::launch {
namespace {

// SIGTTIN and SIGTTOU stay as they are: their default stops a snug that was put into the background, as it
// should.
constexpr int kHeld[] = {SIGINT,
                         SIGTERM,
                         SIGHUP,
                         SIGQUIT,
                         SIGUSR1,
                         SIGUSR2,
                         SIGCONT,
                         SIGWINCH,
                         SIGTSTP,
                         SIGCHLD,
                         SIGPIPE,
                         SIGALRM,
                         child::kForwardSignal};

}  // namespace

Result<HeldSignals> HeldSignals::hold() {
  for (const int signal : {SIGCHLD, SIGPIPE}) (void)::signal(signal, SIG_DFL);  // cannot fail for these
  HeldSignals held;
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : kHeld) sigaddset(&set, signal);
  if (sigprocmask(SIG_BLOCK, &set, &held.saved_) != 0)
    return fail({.step = "hold signals back", .err = errno});
  held.fd_.reset(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!held.fd_)
    return fail({.step = "make a descriptor for signals", .err = errno});
  return held;
}

HeldSignals::~HeldSignals() {
  let_go();
}

void HeldSignals::let_go() {
  if (fd_)
    (void)sigprocmask(SIG_SETMASK, &saved_, nullptr);  // cannot fail with a set that the kernel gave
  fd_.reset();
}

namespace {

void queue_to_init(pid_t init, int value) {
  siginfo_t info{};
  info.si_signo = child::kForwardSignal;
  info.si_code = SI_QUEUE;
  info.si_pid = getpid();
  info.si_uid = getuid();
  info.si_value.sival_int = value;
  // ESRCH: init has just ended, and its status is on the way.
  (void)syscall(SYS_rt_sigqueueinfo, init, child::kForwardSignal, &info);
}

}  // namespace

void forward_signal(pid_t init, int signal, bool to_group, std::uint32_t id) {
  queue_to_init(init, signal | (to_group ? child::kToGroup : 0) | static_cast<int>(id << child::kIdShift));
}

void wake_init(pid_t init) {
  queue_to_init(init, child::kReadWire);
}

void stop_self() {
  (void)raise(SIGSTOP);
}

}  // namespace snug::launch
