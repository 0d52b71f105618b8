#include "plan/enter.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/path.h"
#include "base/text.h"
#include "plan/builder.h"

namespace snug {
namespace {

void set_variable(std::vector<EnvVariable>& env, std::string_view name, std::string value) {
  const auto same = std::ranges::find(env, name, &EnvVariable::name);
  if (same != env.end())
    same->value = std::move(value);
  else
    env.push_back({std::string{name}, std::move(value), {}});
}

}  // namespace

Status choose_enter_user(EnterWish& wish, const Setting<RunAs>& user, const Image& inside,
                         const HostView& host) {
  Spec spec;
  spec.run_as = user;
  Builder builder{.spec = spec, .image = inside, .host = host};
  if (Status status = plan_user(builder); !status)
    return status;
  const PayloadUser& chosen = builder.user;
  if (!wish.range && (chosen.uid != wish.uid || chosen.gid != wish.gid))
    return fail({.step = fmt::format("user {}:{}: container {} has one user id, {}:{}", chosen.uid,
                                     chosen.gid, escape_control(wish.container), wish.uid, wish.gid),
                 .origin = user.origin.text,
                 .hint = "a container that was made with --ids range has more"});
  wish.uid = chosen.uid;
  wish.gid = chosen.gid;
  wish.groups = chosen.groups;
  set_variable(wish.env, "HOME", chosen.home);
  if (!chosen.name.empty()) {
    set_variable(wish.env, "USER", chosen.name);
    set_variable(wish.env, "LOGNAME", chosen.name);
  }
  return {};
}

void choose_enter_shell(EnterWish& wish, const Image& inside) {
  const auto entry = std::ranges::find(inside.users, wish.uid, &UserEntry::uid);
  const std::string own = entry == inside.users.end() ? "" : entry->shell;
  for (const std::string& shell : {own, std::string{"/bin/bash"}, std::string{"/bin/sh"}})
    if (normalize_absolute(shell) && !shell.ends_with("/nologin") && !shell.ends_with("/false"))
      wish.candidates.push_back(shell);
  wish.argv = {std::string{file_name(wish.candidates.front())}};
  set_variable(wish.env, "SHELL", wish.candidates.front());
}

Plan plan_enter(EnterWish wish) {
  Plan plan;
  const auto add = [&](Actor actor, Step step, Origin origin = {}) {
    plan.steps.push_back({actor == Actor::Supervisor ? Phase::Create : Phase::Payload, actor, std::move(step),
                          std::move(origin)});
  };
  const Origin typed{"command line"};
  if (wish.candidates.empty() && !wish.argv.empty()) {
    const auto path = std::ranges::find(wish.env, "PATH", &EnvVariable::name);
    wish.candidates = find_candidates(wish.argv[0], path == wish.env.end() ? "" : path->value);
  }
  if (wish.strict)
    add(Actor::Supervisor, RelayFiles{});
  add(Actor::Supervisor, EnterContainer{wish.container}, typed);
  add(Actor::Payload,
      BecomeUser{wish.uid, wish.gid, wish.range ? std::move(wish.groups) : std::vector<std::uint32_t>{},
                 wish.range});
  add(Actor::Payload, CloseDescriptors{});
  add(Actor::Payload, EnterDir{std::move(wish.workdir)}, typed);
  add(Actor::Payload, SetEnvironment{std::move(wish.env)});
  add(Actor::Payload, Execute{std::move(wish.argv), std::move(wish.candidates)}, typed);
  return plan;
}

}  // namespace snug
