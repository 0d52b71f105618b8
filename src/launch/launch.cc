#include "launch/launch.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <iterator>
#include <optional>

#include "child/run.h"
#include "launch/disk_upper.h"
#include "launch/file_relay.h"
#include "launch/lower.h"
#include "launch/memory.h"
#include "launch/signals.h"
#include "launch/supervisor.h"
#include "launch/terminal.h"
#include "plan/hints.h"

namespace snug {
namespace {

// fork(2) with namespaces and a pidfd. clone3 is from Linux 5.3, and outer containers' filters answer it with
// ENOSYS so that callers take clone(2), whose flags a filter can see.
pid_t clone_init(std::uint64_t flags, int& pidfd) {
  clone_args arguments{};
  arguments.flags = flags | CLONE_PIDFD;
  arguments.pidfd = reinterpret_cast<std::uint64_t>(&pidfd);
  arguments.exit_signal = SIGCHLD;
  long pid = syscall(SYS_clone3, &arguments, sizeof arguments);
  if (pid < 0 && errno == ENOSYS)
    pid = syscall(SYS_clone, flags | CLONE_PIDFD | SIGCHLD, nullptr, &pidfd, nullptr, nullptr);
  return static_cast<pid_t>(pid);
}

// The place of the first step of a kind; behind the last where there is none.
template<class T>
std::size_t index_of(const Plan& plan) {
  std::size_t i = 0;
  while (i < plan.steps.size() && !std::holds_alternative<T>(plan.steps[i].step)) ++i;
  return i;
}

void read_window_size(LaunchFacts& facts) {
  for (int fd = 0; fd < 3; ++fd) {
    winsize size{};
    if ((facts.caller_terminals >> fd & 1) && ioctl(fd, TIOCGWINSZ, &size) == 0) {
      facts.rows = size.ws_row;
      facts.columns = size.ws_col;
      return;
    }
  }
}

LaunchResult launch(const Plan& plan, const LaunchOptions& options, LaunchFacts facts) {
  const auto terminals = terminal_fds();
  if (!terminals)
    return launch_failure(terminals.error());
  facts.caller_terminals = *terminals;
  if (const auto* terminal = find_step<OpenTerminal>(plan); terminal && !facts.setup_only)
    facts.terminal_fds = terminal->always ? 7 : facts.caller_terminals;
  read_window_size(facts);

  // Before there is anything on disk, and until it is gone: a second Ctrl-C would leave it behind.
  auto signals = HeldSignals::hold();
  if (!signals)
    return launch_failure(std::move(signals).error());

  if (const SweepDisk* step = find_step<SweepDisk>(plan))
    sweep_disk_uppers(step->parent);
  std::optional<DiskUpper> disk;
  if (const PrepareDisk* step = find_step<PrepareDisk>(plan)) {
    const OverlayRoot* root = find_step<OverlayRoot>(plan);
    auto prepared =
        DiskUpper::prepare(step->parent, root ? root->layers.back().mode : 0755, find_step<MapRange>(plan));
    if (!prepared)
      return launch_failure(std::move(prepared).error());
    disk = std::move(*prepared);
    facts.disk_upper = disk->path();
  }

  // Never freed, for the same reason as in cli/run.cc: freeing writes to pages that were shared with init,
  // each a fault.
  LoweredProgram& lowered = *new LoweredProgram{plan, facts};
  if (Status status = lowered.lower(); !status)
    return launch_failure(std::move(status).error());

  child::Program& program = lowered.program();
  program.caller_mask = signals->caller_mask();
  program.arguments = options.arguments;
  program.rest_count = resting_regions(program.rest, std::size(program.rest));

  int pair[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
    return launch_failure({.step = "make the socket pair to init", .err = errno});
  UniqueFd ours{pair[0]};
  UniqueFd theirs{pair[1]};

  FileRelay relay;
  if (const std::size_t i = index_of<RelayFiles>(plan); i < plan.steps.size() && !facts.setup_only)
    if (const Status status = relay.start(); !status)
      return tl::unexpected<LaunchError>{
          LaunchError{explain_failure(plan.steps[i], status.error().err, -1), i}};

  const std::size_t create = index_of<CreateNamespaces>(plan);
  std::uint64_t flags =
      CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP;
  if (std::get<CreateNamespaces>(plan.steps[create].step).network)
    flags |= CLONE_NEWNET;
  int pidfd = -1;
  const pid_t init = clone_init(flags, pidfd);
  if (init < 0)
    return tl::unexpected<LaunchError>{LaunchError{explain_failure(plan.steps[create], errno, -1), create}};
  if (init == 0) {
    close(ours.get());  // else init would hold the supervisor's end open, and never see it die
    child::run_init(lowered.program(), theirs.get());
  }
  theirs.reset();
  relay.give_back();
  Supervisor supervisor{plan, options, *signals, facts};
  LaunchResult result = supervisor.run(init, UniqueFd{pidfd}, std::move(ours));
  if (Status status = relay.finish(); !status && result)
    return launch_failure(std::move(status).error());
  return result;
}

}  // namespace

LaunchResult run_plan(const Plan& plan, const LaunchOptions& options) {
  return launch(plan, options, {});
}

std::optional<LaunchError> try_plan(const Plan& plan) {
  auto result = launch(plan, {}, {.setup_only = true});
  return result ? std::nullopt : std::optional{std::move(result).error()};
}

}  // namespace snug
