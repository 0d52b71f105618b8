#include "session/kept.h"

#include <fmt/format.h>

#include <utility>

#include "base/error_wire.h"
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

namespace snug::session {
namespace {

container::RunState first_state(const container::ContainerRecord& record, const Wanted& wanted) {
  container::RunState state{.created_ns = record.created_ns, .id = record.id, .image = wanted.image.name};
  for (const auto& port : record.spec.publish) state.ports.push_back(port.value);
  return state;
}

mode_t root_mode(const image::Image& image) {
  return image.layers.empty() ? 0755 : image.layers.back().mode;
}

// These run in the supervisor, which outlives this process: a copy of everything that they need goes along.
void plan_later(container::SupervisorJob& job, const spec::Spec& spec, host::RealHost& host) {
  job.replan = [&host, spec](const plan::Plan& failed,
                             const launch::LaunchError& failure) -> std::optional<plan::Plan> {
    if (!launch::note_refusal(failed, failure, host))
      return std::nullopt;
    const auto wanted = want(spec, host);
    auto plan = wanted ? plan_wanted(*wanted, host) : tl::unexpected{wanted.error()};
    return plan ? std::optional{std::move(*plan)} : std::nullopt;
  };
  job.explain = [&host](const plan::Plan& plan, launch::LaunchError& failure) {
    explain_failed_step(plan, failure, host);
  };
  job.plan_anew = [&host](const spec::Spec& changed) -> Result<plan::Plan> {
    const auto wanted = TRY(want(changed, host));
    return plan_wanted(wanted, host);
  };
}

// From a locked container with its plan to what its first client sees of it.
Result<StartedContainer> start(container::SupervisorJob job, const Wanted& wanted, host::RealHost& host,
                               const FirstClient& client) {
  const bool terminal = job.state.terminal;
  const std::string name = job.container.name();
  job.arguments = client.arguments;
  plan_later(job, wanted.spec, host);
  // Here, so that this process is no longer in the group that the supervisor divides.
  if (const plan::LimitGroup* step = plan::find_step<plan::LimitGroup>(job.plan);
      step && step->delegation.by == cgroup::Delegator::Cgroup)
    TRY(launch::SandboxGroup::settle(*step));
  auto plan = TRY(settle_level(std::move(job.plan), wanted, host));
  job.plan = std::move(plan);
  if (client.callbacks.notes)
    client.callbacks.notes(job.plan.notes);
  auto watched = watched_paths(job.plan);
  auto socket = TRY(container::start_supervisor(std::move(job)));
  (void)container::send_frame(
      socket.get(),
      {.kind = container::FrameKind::Resize, .a = client.window.rows, .b = client.window.columns});
  (void)container::send_frame(
      socket.get(), {.kind = client.attached ? container::FrameKind::Attach : container::FrameKind::Wait,
                     .a = client.attached && client.input});
  // Set-up is short; an impatient Ctrl-C ends this process and leaves the container to its own.
  const auto frame = container::await_frame(socket.get());
  if (!frame)
    return fail({.step = fmt::format("the supervisor of container {} has gone", name),
                 .hint = "it was killed from outside, or the machine is out of memory (dmesg tells)"});
  if (frame->kind == container::FrameKind::StartFailed)
    return fail(unpack_error(frame->data));
  return StartedContainer{.socket = std::move(socket), .terminal = terminal, .watched = std::move(watched)};
}

}  // namespace

void resolve_for_keeping(spec::Spec& spec, bool terminal, const host::RealHost& host) {
  std::vector<spec::EnvVariable> passed;
  for (const auto& pass : spec.env_pass)
    for (const std::string& name : host.environment_names())
      if (matches_glob(pass.value, name))
        if (auto value = host.environment(name))
          passed.push_back({name, std::move(*value), pass.origin});
  spec.env_pass.clear();
  spec.env_set.insert(spec.env_set.begin(), passed.begin(), passed.end());
  if (spec.tty.value == spec::Toggle::Auto)
    spec.tty.value = terminal ? spec::Toggle::On : spec::Toggle::Off;
  const std::string& image = spec.image.value;
  if (image.find('/') != std::string::npos || image == "." || image == "..")
    spec.image.value = normalize_absolute(join_path(host.caller().cwd, image)).value_or(image);
}

Result<StartedContainer> create_container(const std::string& name, Wanted wanted,
                                          const container::KeepRules& rules, host::RealHost& host,
                                          const FirstClient& client) {
  auto plan = TRY(plan_wanted(wanted, host));
  container::ContainerRecord record{
      .id = sys::random_hex(), .created_ns = container::now_ns(), .spec = wanted.spec, .rules = rules};
  container::RunState state = first_state(record, wanted);
  container::note_payload(plan, state);
  const container::ContainerStore store{host.store_dir()};
  store.sweep();
  auto container =
      TRY(store.create(name, record, state, root_mode(wanted.image), plan::find_step<MapRange>(plan)));
  return start({.store = store,
                .container = std::move(container),
                .record = std::move(record),
                .state = std::move(state),
                .plan = std::move(plan),
                .fresh = true},
               wanted, host, client);
}

Result<StartedContainer> start_container(container::Container container, host::RealHost& host,
                                         const FirstClient& client) {
  auto record = TRY(container.record());
  auto state = TRY(container.state());
  TRY(container::name_view_layers(container, record));
  spec::Spec spec = record.spec;
  // It may have been renamed since.
  if (spec.name)
    spec.name->value = container.name();
  const auto wanted = TRY(want(std::move(spec), host));
  auto plan = TRY(plan_wanted(wanted, host));
  container::note_payload(plan, state);
  state.restarts = 0;
  const container::ContainerStore store{host.store_dir()};
  return start({.store = store,
                .container = std::move(container),
                .record = std::move(record),
                .state = std::move(state),
                .plan = std::move(plan)},
               wanted, host, client);
}

}  // namespace snug::session
