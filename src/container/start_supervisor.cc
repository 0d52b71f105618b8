#include "container/start_supervisor.h"

#include <fmt/format.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <utility>

#include "cgroup/home.h"
#include "child/descriptors.h"
#include "container/container_supervisor.h"
#include "container/joined_network.h"
#include "container/restarts.h"
#include "launch/replan.h"
#include "launch/trace.h"
#include "sys/process_identity.h"

namespace snug::container {
namespace {

// How long a killed supervisor's init may need to be gone.
constexpr int kLeftoverPatienceMs = 5000;

std::string end_text(const launch::Outcome& outcome) {
  if (!outcome.memory_limit.empty())
    return launch::out_of_memory_text(outcome.memory_limit);
  return outcome.timed_out ? "timed out" : "";
}

// A change that cannot be planned leaves the limits as they were: the container goes on, and its next start
// says why.
void take_update(SupervisorJob& job) {
  const auto record = job.container.record();
  if (!record || !job.plan_anew)
    return;
  if (auto plan = job.plan_anew(record->spec))
    job.plan = std::move(*plan);
}

// One run. False where it never came to one.
bool run_once(SupervisorJob& job, ContainerSupervisor& supervisor) {
  supervisor.begin_run();
  launch::LaunchOptions options{
      .stays = true,
      .container_dir = job.container.path(),
      .arguments = job.arguments,
      .published = [&](const std::vector<std::string>& ports) { supervisor.state().ports = ports; },
      .gate_event = [&](const gate::GateEvent& event) { supervisor.gate_event(event); },
      .join = [&](const std::string& name,
                  const std::string& id) { return joined_namespaces(job.store, name, id); }};
  auto outcome = launch::run_replanning(job.plan, job.replan, [&](const plan::Plan& plan) {
    return launch::run_plan(plan, options, supervisor.delegate());
  });
  if (outcome && !supervisor.unwritten()) {
    supervisor.end_run(outcome->exit_status, end_text(*outcome));
    return true;
  }
  if (!outcome && job.explain)
    job.explain(job.plan, outcome.error());
  const Error& error = supervisor.unwritten() ? *supervisor.unwritten() : outcome.error().error;
  supervisor.end_run(error.status, describe(error));
  if (!supervisor.was_started())
    supervisor.never_started(error);
  return false;
}

void run_again_and_again(SupervisorJob& job, ContainerSupervisor& supervisor) {
  Restarts restarts{supervisor.record().rules.restart};
  for (;;) {
    const auto began = std::chrono::steady_clock::now();
    if (!run_once(job, supervisor) && !supervisor.was_started())
      return;
    RunState& state = supervisor.state();
    const auto delay = restarts.after({.exit_code = state.exit_code,
                                       .restarts = state.restarts,
                                       .stopped_by_user = state.stopped_by_user,
                                       .lasted = std::chrono::steady_clock::now() - began});
    if (!delay || !supervisor.wait_before_restart(*delay))
      return;
    if (supervisor.take_update())
      take_update(job);
    ++state.restarts;
  }
}

// The life of the supervisor's process.
void supervise(SupervisorJob& job, UniqueFd first) {
  // A supervisor stays for long, and keeps nothing that it has no use for.
  const RunState before = job.state;
  job.record.spec = {};
  ContainerSupervisor supervisor{job.container, job.record, std::exchange(job.state, {}), std::move(first)};
  if (Status status = supervisor.prepare(); !status) {
    supervisor.never_started(status.error());
  } else if (!sys::await_end_of(static_cast<pid_t>(before.init_pid), before.init_start, before.boot_id,
                                kLeftoverPatienceMs)) {
    supervisor.never_started(
        {.step = "the container's last run has not ended yet",
         .hint = "its supervisor was killed, and the kernel is still busy with the rest"});
  } else {
    run_again_and_again(job, supervisor);
  }
  supervisor.close_door();
  if (job.record.rules.remove_at_end || (job.fresh && !supervisor.was_started()))
    (void)job.store.remove(std::move(job.container));  // what is left is swept by the next snug
  else
    job.container.unlock();
  supervisor.farewell();
}

// Nothing of the caller's stays with a process that outlives it: no terminal, no descriptor, no directory.
Status leave_caller(const SupervisorJob& job, int socket) {
  if (setsid() < 0)
    return fail({.step = "leave the session", .err = errno});
  if (chdir("/") != 0)
    return fail({.step = "leave the working directory", .err = errno});
  launch::leave_caller_trace();
  if (const int result = child::close_all_but({job.container.dir(), job.container.lock_fd(), socket,
                                               cgroup::Home::of_process().dir(), launch::trace_fd()});
      result < 0)
    return fail({.step = "close the caller's files", .err = -result});
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGCONT, SIGTSTP})
    (void)::signal(signal, SIG_DFL);  // cannot fail for these; the payload would inherit an ignored one
  sigset_t none;
  sigemptyset(&none);
  (void)sigprocmask(SIG_SETMASK, &none, nullptr);
  return {};
}

// The command line may have secrets in it (-e TOKEN=…), and everybody on the host can read it for as long as
// this runs.
void wipe_arguments(const SupervisorJob& job) {
  const std::string name = "snug: " + job.container.name();
  char* to = static_cast<char*>(job.arguments.start);
  for (std::size_t i = 0; i < job.arguments.size; ++i)
    to[i] = i < name.size() && i + 1 < job.arguments.size ? name[i] : '\0';
}

}  // namespace

Result<UniqueFd> start_supervisor(SupervisorJob job) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
    return fail({.step = "make a socket pair for the supervisor", .err = errno});
  UniqueFd ours{pair[0]};
  UniqueFd theirs{pair[1]};
  const pid_t pid = fork();
  if (pid < 0)
    return fail({.step = "start the supervisor", .err = errno});
  if (pid == 0) {
    const int socket = theirs.get();
    ours.reset();
    wipe_arguments(job);
    if (const Status status = leave_caller(job, socket))
      supervise(job, std::move(theirs));
    std::_Exit(0);
  }
  return ours;
}

void note_payload(const plan::Plan& plan, RunState& state) {
  PayloadFacts facts;
  if (const auto* step = plan::find_step<plan::SetEnvironment>(plan))
    for (const spec::EnvVariable& variable : step->variables)
      facts.env.push_back(variable.name + "=" + variable.value);
  if (const auto* step = plan::find_step<plan::EnterDir>(plan))
    facts.workdir = step->target;
  if (const auto* step = plan::find_step<plan::BecomeUser>(plan)) {
    facts.uid = step->uid;
    facts.gid = step->gid;
    facts.groups = step->groups;
    facts.range = step->set;
  }
  if (const auto* step = plan::find_step<plan::Execute>(plan))
    state.command = step->argv;
  state.terminal =
      plan::find_step<plan::OpenTerminal>(plan) && plan::find_step<plan::OpenTerminal>(plan)->always;
  state.payload = std::move(facts);
}

}  // namespace snug::container
