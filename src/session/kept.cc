#include "session/kept.h"

#include <fmt/format.h>

#include <utility>

#include "base/path.h"
#include "base/text.h"
#include "base/try.h"
#include "container/channel.h"
#include "container/clock.h"
#include "container/container_record.h"
#include "container/names.h"
#include "container/start_supervisor.h"
#include "container/view_layers.h"
#include "launch/refusals.h"
#include "launch/replan.h"
#include "launch/sandbox_group.h"
#include "session/machine_hint.h"
#include "session/trial.h"
#include "sys/random_number.h"

namespace snug {
namespace {

RunState first_state(const ContainerRecord& record, const Wanted& wanted) {
  RunState state{.created_ns = record.created_ns, .id = record.id, .image = wanted.image.name};
  for (const auto& port : record.spec.publish) state.ports.push_back(port.value);
  return state;
}

mode_t root_mode(const Image& image) {
  return image.layers.empty() ? 0755 : image.layers.back().mode;
}

// docker's exit statuses for what could not be started come from the supervisor with the error.
Error start_error(const Frame& frame) {
  const auto parts = split(frame.data, '\0');
  Error error{.step = std::string{parts[0]}, .err = frame.b, .status = frame.a};
  if (parts.size() == 3) {
    error.origin = parts[1];
    error.hint = parts[2];
  }
  return error;
}

// These run in the supervisor, which outlives this process: a copy of everything that they need goes along.
void plan_later(SupervisorJob& job, const Spec& spec, RealHost& host) {
  job.replan = [&host, spec](const Plan& failed, const LaunchError& failure) -> std::optional<Plan> {
    if (!note_refusal(failed, failure, host))
      return std::nullopt;
    const auto wanted = want(spec, host);
    auto plan = wanted ? plan_wanted(*wanted, host) : tl::unexpected{wanted.error()};
    return plan ? std::optional{std::move(*plan)} : std::nullopt;
  };
  job.explain = [&host](const Plan& plan, LaunchError& failure) { explain_failed_step(plan, failure, host); };
  job.plan_anew = [&host](const Spec& changed) -> Result<Plan> {
    const auto wanted = TRY(want(changed, host));
    return plan_wanted(wanted, host);
  };
}

// From a locked container with its plan to what its first client sees of it.
Result<StartedContainer> start(SupervisorJob job, const Wanted& wanted, RealHost& host,
                               const FirstClient& client) {
  const bool terminal = job.state.terminal;
  const std::string name = job.container.name();
  job.arguments = client.arguments;
  plan_later(job, wanted.spec, host);
  // Here, so that this process is no longer in the group that the supervisor divides.
  if (const LimitGroup* step = find_step<LimitGroup>(job.plan);
      step && step->delegation.by == cgroup::Delegator::Cgroup)
    TRY(SandboxGroup::settle(*step));
  auto plan = TRY(settle_level(std::move(job.plan), wanted, host));
  job.plan = std::move(plan);
  if (client.callbacks.notes)
    client.callbacks.notes(job.plan.notes);
  auto watched = watched_paths(job.plan);
  auto socket = TRY(start_supervisor(std::move(job)));
  (void)send_frame(socket.get(),
                   {.kind = FrameKind::Resize, .a = client.window.rows, .b = client.window.columns});
  (void)send_frame(socket.get(), {.kind = client.attached ? FrameKind::Attach : FrameKind::Wait,
                                  .a = client.attached && client.input});
  // Set-up is short; an impatient Ctrl-C ends this process and leaves the container to its own.
  const auto frame = await_frame(socket.get());
  if (!frame)
    return fail({.step = fmt::format("the supervisor of container {} has gone", name),
                 .hint = "it was killed from outside, or the machine is out of memory (dmesg tells)"});
  if (frame->kind == FrameKind::StartFailed)
    return fail(start_error(*frame));
  return StartedContainer{.socket = std::move(socket), .terminal = terminal, .watched = std::move(watched)};
}

}  // namespace

void resolve_for_keeping(Spec& spec, bool terminal, const RealHost& host) {
  std::vector<EnvVariable> passed;
  for (const auto& pass : spec.env_pass)
    for (const std::string& name : host.environment_names())
      if (matches_glob(pass.value, name))
        if (auto value = host.environment(name))
          passed.push_back({name, std::move(*value), pass.origin});
  spec.env_pass.clear();
  spec.env_set.insert(spec.env_set.begin(), passed.begin(), passed.end());
  if (spec.tty.value == Toggle::Auto)
    spec.tty.value = terminal ? Toggle::On : Toggle::Off;
  const std::string& image = spec.image.value;
  if (image.find('/') != std::string::npos || image == "." || image == "..")
    spec.image.value = normalize_absolute(join_path(host.caller().cwd, image)).value_or(image);
}

Result<StartedContainer> create_container(const std::string& name, Wanted wanted, const KeepRules& rules,
                                          RealHost& host, const FirstClient& client) {
  auto plan = TRY(plan_wanted(wanted, host));
  ContainerRecord record{.id = random_hex(), .created_ns = now_ns(), .spec = wanted.spec, .rules = rules};
  RunState state = first_state(record, wanted);
  note_payload(plan, state);
  const ContainerStore store{host.store_dir()};
  store.sweep();
  auto container = TRY(store.create(name, record, state, root_mode(wanted.image), find_step<MapRange>(plan)));
  return start({.store = store,
                .container = std::move(container),
                .record = std::move(record),
                .state = std::move(state),
                .plan = std::move(plan),
                .fresh = true},
               wanted, host, client);
}

Result<StartedContainer> start_container(Container container, RealHost& host, const FirstClient& client) {
  auto record = TRY(container.record());
  auto state = TRY(container.state());
  TRY(name_view_layers(container, record));
  Spec spec = record.spec;
  // It may have been renamed since.
  if (spec.name)
    spec.name->value = container.name();
  const auto wanted = TRY(want(std::move(spec), host));
  auto plan = TRY(plan_wanted(wanted, host));
  note_payload(plan, state);
  state.restarts = 0;
  const ContainerStore store{host.store_dir()};
  return start({.store = store,
                .container = std::move(container),
                .record = std::move(record),
                .state = std::move(state),
                .plan = std::move(plan)},
               wanted, host, client);
}

}  // namespace snug
