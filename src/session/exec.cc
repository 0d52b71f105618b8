#include "session/exec.h"

#include "base/text.h"
#include "base/try.h"
#include "client/exec.h"
#include "client/inside_users.h"
#include "container/channel.h"
#include "container/container_record.h"
#include "container/control.h"
#include "container/exec_request.h"
#include "plan/enter.h"

namespace snug::session {
namespace {

// The container's own users, where somebody has to be looked up.
Result<image::Image> ask_users(const UniqueFd& socket) {
  TRY(container::send_frame(socket.get(), {.kind = container::FrameKind::Tree}));
  const auto frame = TRY(container::await_frame(socket.get()));
  if (frame.kind != container::FrameKind::TreeIs)
    return fail({.step = escape_control(frame.data), .err = frame.b});
  return client::users_beneath(frame.fds[0].get(), frame.fds[1].get());
}

void add_variables(std::vector<spec::EnvVariable>& to, const std::vector<spec::EnvVariable>& more) {
  for (const spec::EnvVariable& variable : more) {
    std::erase_if(to, [&](const spec::EnvVariable& one) { return one.name == variable.name; });
    to.push_back(variable);
  }
}

}  // namespace

Result<int> exec_in(const host::RealHost& host, const container::Container& container,
                    const ExecOptions& options) {
  const auto state = TRY(container.state());
  const auto record = TRY(container.record());
  auto socket = TRY(container::connect_to(container, state));
  plan::ExecRequest request = container::exec_request(container.name(), state.payload);
  request.strict = record.spec.seccomp.value == spec::Tier::Strict;
  if (options.workdir)
    request.workdir = options.workdir->value;
  if (options.user || options.shell) {
    const auto users = TRY(ask_users(socket));
    if (options.user)
      TRY(plan::choose_enter_user(request, *options.user, users, host));
    if (options.shell)
      plan::choose_enter_shell(request, users);
  }
  if (!options.shell)
    request.argv = options.command;
  add_variables(request.env, options.env);
  if (options.terminal)
    if (const auto term = host.environment("TERM"))
      add_variables(request.env, {{"TERM", *term, {}}});
  return client::run_exec(socket, plan::plan_enter(std::move(request)),
                          {.terminal = options.terminal, .background = options.background});
}

}  // namespace snug::session
