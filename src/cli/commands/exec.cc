// exec, and the shell of a container that runs.
#include "client/exec.h"

#include <fmt/format.h>

#include "base/text.h"
#include "cli/commands/commands.h"
#include "cli/commands/exec_into.h"
#include "cli/input/flags_layer.h"
#include "cli/input/standard_streams.h"
#include "client/inside_users.h"
#include "container/channel.h"
#include "container/container_record.h"
#include "container/control.h"
#include "container/enter_wish.h"
#include "plan/enter.h"

namespace snug {
namespace {

// The container's own users, where somebody has to be looked up.
Result<Image> ask_users(const UniqueFd& socket) {
  if (Status status = send_frame(socket.get(), {.kind = FrameKind::Tree}); !status)
    return tl::unexpected{status.error()};
  const auto frame = await_frame(socket.get());
  if (!frame)
    return tl::unexpected{frame.error()};
  if (frame->kind != FrameKind::TreeIs)
    return fail({.step = escape_control(frame->data), .err = frame->b});
  return users_beneath(frame->fds[0].get(), frame->fds[1].get());
}

void add_variables(std::vector<EnvVariable>& to, const std::vector<EnvVariable>& more) {
  for (const EnvVariable& variable : more) {
    std::erase_if(to, [&](const EnvVariable& one) { return one.name == variable.name; });
    to.push_back(variable);
  }
}

}  // namespace

Result<int> exec_into(const RealHost& host, const Container& container, const ExecWish& wanted) {
  const auto state = container.state();
  if (!state)
    return tl::unexpected{state.error()};
  const auto record = container.record();
  if (!record)
    return tl::unexpected{record.error()};
  auto socket = connect_to(container, *state);
  if (!socket)
    return tl::unexpected{socket.error()};

  // The options mean what they mean to run, and are read by the same code.
  const auto layer = flags_layer(wanted.options, Command::Exec, host);
  if (!layer)
    return tl::unexpected{layer.error()};
  EnterWish wish = enter_wish(container.name(), state->payload);
  wish.strict = record->spec.seccomp.value == Tier::Strict;
  if (layer->workdir)
    wish.workdir = layer->workdir->value;
  if (layer->run_as || wanted.shell) {
    const auto users = ask_users(*socket);
    if (!users)
      return tl::unexpected{users.error()};
    if (layer->run_as)
      if (Status status = choose_enter_user(wish, *layer->run_as, *users, host); !status)
        return tl::unexpected{status.error()};
    if (wanted.shell)
      choose_enter_shell(wish, *users);
  }
  if (!wanted.shell)
    wish.argv = wanted.command;
  add_variables(wish.env, layer->env_set);
  if (wanted.terminal)
    if (const auto term = host.environment("TERM"))
      add_variables(wish.env, {{"TERM", *term, {}}});
  return run_joined(*socket, plan_enter(std::move(wish)),
                    {.terminal = wanted.terminal, .background = wanted.background});
}

Result<int> exec_command(const Options& options) {
  const ContainerOptions& typed = options.container;
  const bool terminal = typed.tty.value_or(false);
  if (Status status = settle_standard_streams({typed.interactive, typed.tty}); !status)
    return tl::unexpected{status.error()};
  const auto host = RealHost::look();
  if (!host)
    return tl::unexpected{host.error()};
  const auto container = ContainerStore{host->store_dir()}.find(options.words[0]);
  if (!container)
    return tl::unexpected{container.error()};
  RunOptions run;
  run.keys = {{"env", typed.env}, {"env-file", typed.env_files}};
  if (typed.workdir)
    run.keys.push_back({"workdir", {*typed.workdir}});
  if (typed.user)
    run.keys.push_back({"user", {*typed.user}});
  return exec_into(*host, *container,
                   {.options = std::move(run),
                    .command = typed.command,
                    .terminal = terminal,
                    .background = typed.detach.value_or(false)});
}

}  // namespace snug
