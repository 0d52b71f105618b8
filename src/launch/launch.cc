#include "launch/launch.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/sched.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <optional>

#include "base/try.h"
#include "child/run.h"
#include "launch/caller_delegate.h"
#include "launch/disk_upper.h"
#include "launch/file_relay.h"
#include "launch/lower.h"
#include "launch/memory.h"
#include "launch/sandbox_group.h"
#include "launch/signals.h"
#include "launch/supervisor.h"
#include "launch/supervisor_delegate.h"
#include "launch/terminal.h"
#include "launch/trace.h"
#include "network/listener.h"
#include "plan/hints.h"

namespace snug::launch {
namespace {

// fork(2) with namespaces and a pidfd. clone3 is from Linux 5.3, and outer containers' filters answer it with
// ENOSYS so that callers take clone(2), whose flags a filter can see.
pid_t clone_init(std::uint64_t flags, int group, int& pidfd) {
  clone_args arguments{};
  arguments.flags = flags | CLONE_PIDFD | (group >= 0 ? CLONE_INTO_CGROUP : 0);
  arguments.cgroup = group >= 0 ? static_cast<std::uint64_t>(group) : 0;
  arguments.pidfd = reinterpret_cast<std::uint64_t>(&pidfd);
  arguments.exit_signal = SIGCHLD;
  long pid = syscall(SYS_clone3, &arguments, sizeof arguments);
  // CLONE_INTO_CGROUP (Linux 5.7) has no place in the old call's flags.
  if (pid < 0 && errno == ENOSYS && group < 0)
    pid = syscall(SYS_clone, flags | CLONE_PIDFD | SIGCHLD, nullptr, &pidfd, nullptr, nullptr);
  return static_cast<pid_t>(pid);
}

// What the clone needs.
struct Prepared {
  std::unique_ptr<LoweredProgram> lowered{};
  UniqueFd ours{};
  UniqueFd theirs{};
};

std::optional<LaunchError> prepare_disk(const plan::Plan& plan, LaunchFacts& facts,
                                        std::optional<DiskUpper>& disk) {
  if (const plan::SweepDisk* step = plan::find_step<plan::SweepDisk>(plan)) {
    sweep_disk_uppers(step->parent);
    trace_step(plan, plan::index_of<plan::SweepDisk>(plan), 0);
  }
  const plan::PrepareDisk* step = plan::find_step<plan::PrepareDisk>(plan);
  if (!step)
    return std::nullopt;
  const plan::OverlayRoot* root = plan::find_step<plan::OverlayRoot>(plan);
  auto prepared = DiskUpper::prepare(step->parent, root ? root->layers.back().mode : 0755,
                                     plan::find_step<MapRange>(plan));
  trace_step(plan, plan::index_of<plan::PrepareDisk>(plan), prepared ? 0 : prepared.error().err);
  if (!prepared)
    return LaunchError{std::move(prepared).error(), {}};
  disk.emplace(*std::move(prepared));
  facts.disk_upper = disk->path();
  return std::nullopt;
}

std::optional<LaunchError> lower_program(const plan::Plan& plan, const LaunchFacts& facts,
                                         const HeldSignals& signals, const LaunchOptions& options,
                                         Prepared& prepared) {
  prepared.lowered = std::make_unique<LoweredProgram>(plan, facts);
  if (Status status = prepared.lowered->lower(); !status)
    return LaunchError{std::move(status).error(), {}};
  child::Program& program = prepared.lowered->program();
  program.caller_mask = signals.caller_mask();
  program.arguments = options.arguments;
  program.rest_count = resting_regions(program.rest, std::size(program.rest));
  // The heap has what joining commands take on, unless init has taken it on itself.
  if (program.enterable && !program.payload.confine_early)
    program.rest_count = clean_regions(program.rest, std::size(program.rest));
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
    return LaunchError{{.step = "make the socket pair to init", .err = errno}, {}};
  prepared.ours.reset(pair[0]);
  prepared.theirs.reset(pair[1]);
  return std::nullopt;
}

[[noreturn]] void become_init(const Prepared& prepared) {
  close(prepared.ours.get());  // else init would hold the supervisor's end open, and never see it die
  child::run_init(prepared.lowered->program(), prepared.theirs.get());
}

// The same as clone_sandbox() beside another container.
tl::expected<pid_t, LaunchError> clone_beside(const plan::Plan& plan, Prepared& prepared, int group,
                                              const FindNamespaces& find, std::uint64_t flags,
                                              UniqueFd& pidfd) {
  const std::size_t join = plan::index_of<plan::JoinNetwork>(plan);
  const auto& step = std::get<plan::JoinNetwork>(plan.steps[join].step);
  auto namespaces = find(step.container, step.id);
  if (!namespaces)
    return tl::unexpected<LaunchError>{LaunchError{std::move(namespaces).error(), join}};
  auto child = clone_joined(*namespaces, flags, group, [&] { become_init(prepared); });
  trace_step(plan, join, child ? 0 : child.error().err, "clone3");
  if (!child)
    return tl::unexpected<LaunchError>{
        LaunchError{plan::explain_failure(plan.steps[join], child.error().err, -1), join}};
  pidfd = std::move(child->pidfd);
  prepared.theirs.reset();
  return child->pid;
}

// init's pid, or the error of the step that creates it.
tl::expected<pid_t, LaunchError> clone_sandbox(const plan::Plan& plan, Prepared& prepared, int group,
                                               const LaunchOptions& options, UniqueFd& pidfd) {
  const std::size_t create = plan::index_of<plan::CreateNamespaces>(plan);
  std::uint64_t flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS;
  const auto& step = std::get<plan::CreateNamespaces>(plan.steps[create].step);
  if (step.user)
    flags |= CLONE_NEWUSER;
  if (step.network)
    flags |= CLONE_NEWNET;
  if (step.cgroup)
    flags |= CLONE_NEWCGROUP;
  if (plan::find_step<plan::JoinNetwork>(plan))
    return clone_beside(plan, prepared, group, options.join, flags, pidfd);
  int fd = -1;
  const pid_t init = clone_init(flags, group, fd);
  if (init == 0)
    become_init(prepared);
  const int error = init < 0 ? errno : 0;
  trace_step(plan, create, error, "clone3");
  if (init < 0)
    return tl::unexpected<LaunchError>{
        LaunchError{plan::explain_failure(plan.steps[create], error, -1), create}};
  pidfd.reset(fd);
  prepared.theirs.reset();
  return init;
}

std::optional<LaunchError> prepare_group(const plan::Plan& plan, std::optional<SandboxGroup>& group) {
  const std::size_t i = plan::index_of<plan::LimitGroup>(plan);
  if (i == plan.steps.size())
    return std::nullopt;
  const auto& step = std::get<plan::LimitGroup>(plan.steps[i].step);
  auto made = SandboxGroup::make(step);
  trace_step(plan, i, made ? 0 : made.error().err);
  if (made) {
    group.emplace(std::move(*made));
    return std::nullopt;
  }
  // What failed is said by the error itself; what an errno means here is the step's to know.
  Error error = std::move(made).error();
  Error known = plan::explain_failure(plan.steps[i], error.err, -1);
  if (error.hint.empty())
    error.hint = std::move(known.hint);
  error.origin = std::move(known.origin);
  return LaunchError{std::move(error), i};
}

// Those of the plan's ports, or what the first that cannot be had says.
tl::expected<std::vector<network::Listener>, LaunchError> open_ports(const plan::Plan& plan,
                                                                     const LaunchOptions& options) {
  std::vector<network::Listener> all;
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    const auto* step = std::get_if<plan::PublishPorts>(&plan.steps[i].step);
    if (!step)
      continue;
    auto listeners = network::listen_on(step->ports);
    trace_step(plan, i, listeners ? 0 : listeners.error().err);
    if (!listeners) {
      Error error = plan::explain_failure(plan.steps[i], listeners.error().err, -1);
      error.step = std::move(listeners.error().step);
      return tl::unexpected<LaunchError>{LaunchError{std::move(error), i}};
    }
    std::ranges::move(*listeners, std::back_inserter(all));
  }
  if (options.published && !all.empty()) {
    std::vector<std::string> texts;
    for (const network::Listener& listener : all) texts.push_back(network::publish_text(listener));
    options.published(texts);
  }
  return all;
}

// The kernel kills the whole group, init with it, so that nobody inside can tell.
void note_out_of_memory(const plan::Plan& plan, const SandboxGroup& group, LaunchResult& result) {
  const plan::LimitGroup* step = plan::find_step<plan::LimitGroup>(plan);
  if (step->memory_text.empty() || !group.out_of_memory())
    return;
  if (result && result->exit_status == 128 + SIGKILL)
    result->memory_limit = step->memory_text;
  else if (!result)
    result.error().error = {
        .step = out_of_memory_text(step->memory_text) + " while the sandbox was being set up",
        .hint = "give it more: --memory, or limits.memory"};
}

LaunchResult launch(const plan::Plan& plan, const LaunchOptions& options, const SupervisorDelegate& delegate,
                    LaunchFacts facts) {
  if (Status status = delegate.streams.before_clone(); !status)
    return launch_failure(std::move(status).error());
  const auto terminals = terminal_fds();
  if (!terminals)
    return launch_failure(terminals.error());
  facts.caller_terminals = *terminals;
  if (const auto* terminal = plan::find_step<plan::OpenTerminal>(plan);
      terminal && !facts.setup_only && !facts.tree_only)
    facts.terminal_fds = terminal->always ? 7 : facts.caller_terminals;
  const WindowSize window = delegate.streams.window(facts.caller_terminals);
  facts.rows = window.rows;
  facts.columns = window.columns;

  // Before there is anything on disk, and until it is gone: a second Ctrl-C would leave it behind.
  auto signals = HeldSignals::hold();
  if (!signals)
    return launch_failure(std::move(signals).error());

  // After the signals, so that it goes before they are let through.
  std::optional<DiskUpper> disk;
  facts.disk_upper = options.container_dir;
  if (auto failure = prepare_disk(plan, facts, disk))
    return tl::unexpected<LaunchError>{std::move(*failure)};

  // Of a run that snug ends with never freed: giving it back would write to pages that were shared with init,
  // each a fault. A kept container may be started again and again.
  auto* const prepared = new Prepared;
  const std::unique_ptr<Prepared> owned{options.stays ? prepared : nullptr};
  if (auto failure = lower_program(plan, facts, *signals, options, *prepared))
    return tl::unexpected<LaunchError>{std::move(*failure)};
  FileRelay relay;
  if (const std::size_t i = plan::index_of<plan::RelayFiles>(plan);
      i < plan.steps.size() && !facts.setup_only) {
    const Status status = relay.start();
    trace_step(plan, i, status ? 0 : status.error().err);
    if (!status)
      return tl::unexpected<LaunchError>{
          LaunchError{plan::explain_failure(plan.steps[i], status.error().err, -1), i}};
  }
  std::vector<network::Listener> listeners;
  if (!facts.setup_only) {
    auto opened = TRY(open_ports(plan, options));
    listeners = std::move(opened);
  }
  std::optional<SandboxGroup> group;
  if (auto failure = prepare_group(plan, group))
    return tl::unexpected<LaunchError>{std::move(*failure)};
  facts.group = group ? group->dir() : -1;
  UniqueFd pidfd;
  const auto init = TRY(clone_sandbox(plan, *prepared, facts.group, options, pidfd));
  relay.give_back();
  delegate.streams.after_clone();
  // init has its copy, and this supervisor may stay for long.
  if (options.stays)
    prepared->lowered.reset();
  Supervisor supervisor{plan, options, delegate, *signals, facts};
  supervisor.forward(std::move(listeners));
  LaunchResult result = supervisor.run(init, std::move(pidfd), std::move(prepared->ours));
  if (group)
    note_out_of_memory(plan, *group, result);
  if (Status status = relay.finish(); !status && result)
    return launch_failure(std::move(status).error());
  return result;
}

// What takes a tree over where nothing runs in it.
class TreeTaker : public SandboxEvents {
 public:
  UniqueFd root;
  UniqueFd user_namespace;

  void take_tree(UniqueFd tree, UniqueFd ids, UniqueFd) override {
    root = std::move(tree);
    user_namespace = std::move(ids);
  }
  void started(Sandbox&) override {}
  void ended() override { root.reset(); }
};

}  // namespace

struct HeldTree::Parts {
  plan::Plan plan;
  LaunchFacts facts{.tree_only = true};
  TreeTaker taker{};
  // Of the plain kind: nothing runs in it that could have the caller's descriptors.
  std::unique_ptr<CallerDelegate> caller = std::make_unique<CallerDelegate>();
  LaunchOptions options{};
  Prepared prepared{};
  std::optional<HeldSignals> signals{};  // the supervisor refers to it, and so goes first
  std::unique_ptr<Supervisor> supervisor{};
};

HeldTree::HeldTree(HeldTree&&) noexcept = default;
HeldTree& HeldTree::operator=(HeldTree&&) noexcept = default;
HeldTree::~HeldTree() = default;

int HeldTree::root() const {
  return parts_->taker.root.get();
}
int HeldTree::user_namespace() const {
  return parts_->taker.user_namespace.get();
}

tl::expected<HeldTree, LaunchError> HeldTree::hold(const plan::Plan& plan, const std::string& container_dir) {
  HeldTree tree;
  tree.parts_ = std::make_unique<Parts>(Parts{.plan = plan});
  Parts& parts = *tree.parts_;
  parts.facts.disk_upper = container_dir;
  auto signals = HeldSignals::hold();
  if (!signals)
    return launch_failure(std::move(signals).error());
  parts.signals.emplace(std::move(*signals));
  if (auto failure = lower_program(parts.plan, parts.facts, *parts.signals, parts.options, parts.prepared))
    return tl::unexpected<LaunchError>{std::move(*failure)};
  UniqueFd pidfd;
  const auto init = TRY(clone_sandbox(parts.plan, parts.prepared, -1, parts.options, pidfd));
  parts.supervisor = std::make_unique<Supervisor>(
      parts.plan, parts.options, parts.caller->delegate(parts.taker), *parts.signals, parts.facts);
  if (auto failure =
          parts.supervisor->run_until_ready(init, std::move(pidfd), std::move(parts.prepared.ours)))
    return tl::unexpected<LaunchError>{std::move(*failure)};
  // Held back for the set-up only: from here on a signal may end snug, and with it init.
  parts.signals->let_go();
  return tree;
}

LaunchResult run_plan(const plan::Plan& plan, const LaunchOptions& options,
                      const SupervisorDelegate& delegate) {
  return launch(plan, options, delegate, {});
}

LaunchResult run_plan(const plan::Plan& plan, const LaunchOptions& options) {
  CallerDelegate caller;
  return launch(plan, options, caller.delegate(), {});
}

std::optional<LaunchError> try_plan(const plan::Plan& plan, const LaunchOptions& options) {
  CallerDelegate caller;
  auto result = launch(plan, options, caller.delegate(), {.setup_only = true});
  return result ? std::nullopt : std::optional{std::move(result).error()};
}

}  // namespace snug::launch
