#include "cli/commands/run_kept.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/path.h"
#include "base/text.h"
#include "cli/commands/exec_into.h"
#include "cli/commands/tried_plan.h"
#include "cli/input/keep_rules.h"
#include "cli/input/prepare.h"
#include "cli/show/machine_hint.h"
#include "cli/show/planted_files.h"
#include "cli/show/report.h"
#include "cli/show/session_end.h"
#include "client/attach.h"
#include "container/channel.h"
#include "container/clock.h"
#include "container/container_record.h"
#include "container/control.h"
#include "container/keep.h"
#include "container/names.h"
#include "launch/refusals.h"
#include "launch/sandbox_group.h"

namespace snug {
namespace {

constexpr std::string_view kDetachKeys = "ctrl-p,ctrl-q";

// What is taken from the caller is taken now: a start from elsewhere must come to the same.
void resolve(Spec& spec, const RunOptions& run, const RealHost& host) {
  std::vector<EnvVariable> passed;
  for (const auto& pass : spec.env_pass)
    for (const std::string& name : host.environment_names())
      if (matches_glob(pass.value, name))
        if (auto value = host.environment(name))
          passed.push_back({name, std::move(*value), pass.origin});
  spec.env_pass.clear();
  spec.env_set.insert(spec.env_set.begin(), passed.begin(), passed.end());
  if (spec.tty.value == Toggle::Auto) {
    const bool terminal = !run.detach.value_or(false) && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
    spec.tty.value = terminal ? Toggle::On : Toggle::Off;
  }
  const std::string& image = spec.image.value;
  if (image.find('/') != std::string::npos || image == "." || image == "..")
    spec.image.value = normalize_absolute(join_path(host.caller().cwd, image)).value_or(image);
}

std::vector<std::string> ports_of(const Spec& spec) {
  std::vector<std::string> ports;
  for (const auto& port : spec.publish) ports.push_back(port.value);
  return ports;
}

RunState first_state(const ContainerRecord& record, const PreparedRun& run) {
  RunState state{.created_ns = record.created_ns, .id = record.id};
  state.image = run.image.name;
  state.ports = ports_of(record.spec);
  note_payload(run.plan, state);
  return state;
}

mode_t root_mode(const PreparedRun& run) {
  return run.image.layers.empty() ? 0755 : run.image.layers.back().mode;
}

// docker's exit statuses for what could not be started come from the supervisor with the error.
Error start_error(const Frame& frame) {
  const auto parts = split(frame.data, '\0');
  Error error{.err = frame.b, .status = frame.a};
  error.step = parts[0];
  if (parts.size() == 3) {
    error.origin = parts[1];
    error.hint = parts[2];
  }
  return error;
}

// `unfed`: what is typed here cannot get to the command.
Result<int> finish_attached(const UniqueFd& socket, const StartManner& manner, bool terminal, bool unfed,
                            const Options& options) {
  const auto end = relay_attached(
      socket, {.terminal = terminal,
               .input = manner.input,
               .only_keys = !terminal && unfed && !manner.detach_keys.empty() && isatty(STDIN_FILENO),
               .sig_proxy = manner.sig_proxy,
               .detach_keys = manner.detach_keys});
  if (!end)
    return tl::unexpected{end.error()};
  if (end->detached)
    return 0;
  if (!end->error.empty())
    print_note(escape_control(end->error), options.common.color);
  return end->exit_status;
}

// From a locked container with its plan to what its first client sees of it.
Result<int> go(const Options& options, RealHost& host, KeepJob job, const StartManner& manner) {
  const bool terminal = job.state.terminal;
  const std::string name = job.container.name();
  job.arguments = {options.arguments.start, options.arguments.size};
  job.replan = [&host, spec = job.record.spec](const Plan& plan, const LaunchError& failure) {
    std::optional<Plan> other;
    if (note_refusal(plan, failure, host))
      if (auto run = prepare_spec(spec, host))
        other = std::move(run->plan);
    return other;
  };
  job.explain = [&host](const Plan& plan, LaunchError& failure) { explain_failed_step(plan, failure, host); };
  job.plan_anew = [&host](const Spec& spec) {
    return prepare_spec(spec, host).map([](PreparedRun run) { return std::move(run.plan); });
  };
  // Here, so that this process is no longer in the group that the supervisor divides.
  if (const LimitGroup* step = find_step<LimitGroup>(job.plan);
      step && step->delegation.by == cgroup::Delegator::Cgroup)
    if (Status status = SandboxGroup::settle(*step); !status)
      return tl::unexpected{std::move(status).error()};
  auto plan = settled_level(
      std::move(job.plan), [&] { return job.plan_anew(job.record.spec); }, host);
  if (!plan)
    return tl::unexpected{std::move(plan).error()};
  job.plan = std::move(*plan);
  print_notes(job.plan, options.common);
  const std::vector<std::string> watched = names_to_report(job.plan);
  auto socket = start_keeper(std::move(job));
  if (!socket)
    return tl::unexpected{socket.error()};
  const WindowSize window = caller_window();
  (void)send_frame(socket->get(), {.kind = FrameKind::Resize, .a = window.rows, .b = window.columns});
  (void)send_frame(socket->get(), {.kind = manner.attached ? FrameKind::Attach : FrameKind::Wait,
                                   .a = manner.attached && manner.input});
  // Set-up is short; an impatient Ctrl-C ends this process and leaves the container to its own.
  const auto frame = await_frame(socket->get());
  if (!frame)
    return fail({.step = fmt::format("the supervisor of container {} has gone", name),
                 .hint = "it was killed from outside, or the machine is out of memory (dmesg tells)"});
  if (frame->kind == FrameKind::StartFailed)
    return fail(start_error(*frame));
  if (manner.attached) {
    auto status = finish_attached(*socket, manner, terminal, !manner.input, options);
    print_made(watched, options.common);
    return status;
  }
  note_session_end(options.common);
  if (!manner.print_name)
    return 0;
  return print_answer(escape_control(name) + "\n").map([] { return 0; });
}

}  // namespace

namespace {

// `shell --name` of a container that is there: joins one that runs, starts one that does not. Nothing where
// there is none, so that one is made.
std::optional<Result<int>> shell_again(const Options& options, RealHost& host) {
  const ContainerStore store{host.store_dir()};
  auto container = store.find(*options.run.name);
  if (!container && container.error().err == ENOENT)
    return std::nullopt;
  if (!container)
    return tl::unexpected{container.error()};
  if (options.run.image)
    print_note(fmt::format("container {} is there already, and keeps the image and options it was made with",
                           escape_control(container->name())),
               options.common.color);
  const auto keys = detach_keys(options.run.detach_keys);
  if (!keys)
    return tl::unexpected{keys.error()};
  const bool terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
  if (const Status status = container->lock(); status)
    return start_container(options, host, store, std::move(*container),
                           {.attached = true, .input = true, .detach_keys = *keys});
  else if (status.error().err != EBUSY)
    return tl::unexpected{status.error()};
  return exec_into(host, *container, {.options = options.run, .shell = true, .terminal = terminal});
}

}  // namespace

Result<std::string> detach_keys(const std::optional<std::string>& typed) {
  return parse_detach_keys(typed ? std::string_view{*typed} : kDetachKeys, "--detach-keys");
}

Result<int> run_kept(const Options& typed, RealHost& host) {
  Options options = typed;
  if (options.command == Command::Shell && options.run.name)
    if (auto status = shell_again(options, host))
      return *status;
  settle_name(options.run);
  const RunOptions& run = options.run;
  const std::string& name = *run.name;
  const bool background = run.detach.value_or(false);
  const auto keys = detach_keys(run.detach_keys);
  if (!keys)
    return tl::unexpected{keys.error()};
  auto wanted = prepare_run(run, options.command, host);
  if (!wanted)
    return tl::unexpected{wanted.error()};
  auto rules = keep_rules(run, wanted->image.config.stop_signal);
  if (!rules)
    return tl::unexpected{rules.error()};
  rules->remove_at_end = wanted->spec.remove_at_end.value;
  if (rules->remove_at_end && rules->restart.when != RestartWhen::No)
    return fail({.step = "--restart: a container that is removed at its end cannot be started again",
                 .hint = "give it a --name, and leave --rm out"});
  resolve(wanted->spec, run, host);
  const auto notes = std::move(wanted->plan.notes);
  auto prepared = prepare_spec(std::move(wanted->spec), host);
  if (!prepared)
    return tl::unexpected{prepared.error()};
  prepared->plan.notes = notes;

  ContainerRecord record{
      .id = make_container_id(), .created_ns = now_ns(), .spec = prepared->spec, .rules = *rules};
  RunState state = first_state(record, *prepared);
  const ContainerStore store{host.store_dir()};
  store.sweep();
  const mode_t mode = root_mode(*prepared);
  prepared->spec = {};
  prepared->image = {};
  auto container = store.create(name, record, state, mode, find_step<MapRange>(prepared->plan));
  if (!container)
    return tl::unexpected{container.error()};
  return go(options, host,
            {.store = store,
             .container = std::move(*container),
             .record = std::move(record),
             .state = std::move(state),
             .plan = std::move(prepared->plan),
             .fresh = true},
            {.attached = !background,
             .input = !background && run.interactive.value_or(true),
             .sig_proxy = run.sig_proxy.value_or(true),
             .print_name = background,
             .detach_keys = *keys});
}

Result<int> start_container(const Options& options, RealHost& host, const ContainerStore& store,
                            Container container, const StartManner& manner) {
  auto record = container.record();
  if (!record)
    return tl::unexpected{record.error()};
  auto state = container.state();
  if (!state)
    return tl::unexpected{state.error()};
  Spec spec = record->spec;
  // It may have been renamed since.
  if (spec.name)
    spec.name->value = container.name();
  auto prepared = prepare_spec(std::move(spec), host);
  if (!prepared)
    return tl::unexpected{prepared.error()};
  note_payload(prepared->plan, *state);
  state->restarts = 0;
  return go(options, host,
            {.store = store,
             .container = std::move(container),
             .record = std::move(*record),
             .state = std::move(*state),
             .plan = std::move(prepared->plan)},
            manner);
}

Result<int> attach_container(const Options& options, const Container& container, const StartManner& manner) {
  const auto state = container.state();
  if (!state)
    return tl::unexpected{state.error()};
  auto socket = connect_to(container, *state);
  if (!socket)
    return tl::unexpected{socket.error()};
  (void)send_frame(socket->get(), {.kind = FrameKind::Attach, .a = manner.input});
  // One whose record is damaged runs all the same, and can be looked at.
  const auto record = container.record();
  const bool unfed = manner.input && record && !record->rules.open_input;
  return finish_attached(*socket, manner, state->terminal, unfed, options);
}

}  // namespace snug
