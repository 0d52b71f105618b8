#include "plan/enter.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/path.h"
#include "base/text.h"
#include "base/try.h"
#include "plan/builder.h"

namespace snug::plan {
namespace {

void set_variable(std::vector<spec::EnvVariable>& env, std::string_view name, std::string value) {
  const auto same = std::ranges::find(env, name, &spec::EnvVariable::name);
  if (same != env.end())
    same->value = std::move(value);
  else
    env.push_back({std::string{name}, std::move(value), {}});
}

}  // namespace

Status choose_enter_user(ExecRequest& request, const spec::Setting<spec::RunAs>& user,
                         const image::Image& inside, const host::HostView& host) {
  spec::Spec spec;
  spec.run_as = user;
  Builder builder{.spec = spec, .image = inside, .host = host};
  TRY(plan_user(builder));
  const PayloadUser& chosen = builder.user;
  if (!request.range && (chosen.uid != request.uid || chosen.gid != request.gid))
    return fail({.step = fmt::format("user {}:{}: container {} has one user id, {}:{}", chosen.uid,
                                     chosen.gid, escape_control(request.container), request.uid, request.gid),
                 .origin = user.origin.text,
                 .hint = "a container that was made with --ids range has more"});
  request.uid = chosen.uid;
  request.gid = chosen.gid;
  request.groups = chosen.groups;
  set_variable(request.env, "HOME", chosen.home);
  if (!chosen.name.empty()) {
    set_variable(request.env, "USER", chosen.name);
    set_variable(request.env, "LOGNAME", chosen.name);
  }
  return {};
}

void choose_enter_shell(ExecRequest& request, const image::Image& inside) {
  const auto entry = std::ranges::find(inside.users, request.uid, &image::UserEntry::uid);
  const std::string own = entry == inside.users.end() ? "" : entry->shell;
  for (const std::string& shell : {own, std::string{"/bin/bash"}, std::string{"/bin/sh"}})
    if (normalize_absolute(shell) && !shell.ends_with("/nologin") && !shell.ends_with("/false"))
      request.candidates.push_back(shell);
  request.argv = {std::string{file_name(request.candidates.front())}};
  set_variable(request.env, "SHELL", request.candidates.front());
}

Plan plan_enter(ExecRequest request) {
  Plan plan;
  const auto add = [&](Actor actor, Step step, Origin origin = {}) {
    plan.steps.push_back({actor == Actor::Supervisor ? Phase::Create : Phase::Payload, actor, std::move(step),
                          std::move(origin)});
  };
  const Origin typed{"command line"};
  if (request.candidates.empty() && !request.argv.empty()) {
    const auto path = std::ranges::find(request.env, "PATH", &spec::EnvVariable::name);
    request.candidates = find_candidates(request.argv[0], path == request.env.end() ? "" : path->value);
  }
  if (request.strict)
    add(Actor::Supervisor, RelayFiles{});
  add(Actor::Supervisor, EnterContainer{request.container}, typed);
  add(Actor::Payload,
      BecomeUser{request.uid, request.gid,
                 request.range ? std::move(request.groups) : std::vector<std::uint32_t>{}, request.range});
  add(Actor::Payload, CloseDescriptors{});
  add(Actor::Payload, EnterDir{std::move(request.workdir)}, typed);
  add(Actor::Payload, SetEnvironment{std::move(request.env)});
  add(Actor::Payload, Execute{std::move(request.argv), std::move(request.candidates)}, typed);
  return plan;
}

}  // namespace snug::plan
