#include "cli/commands/run_kept.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

#include "base/text.h"
#include "base/try.h"
#include "cli/commands/exec_into.h"
#include "cli/input/keep_rules.h"
#include "cli/input/wanted_run.h"
#include "cli/show/planted_files.h"
#include "cli/show/report.h"
#include "cli/show/session_end.h"
#include "client/attach.h"
#include "container/channel.h"
#include "container/container_record.h"
#include "container/control.h"
#include "session/kept.h"

namespace snug::cli {
namespace {

constexpr std::string_view kDetachKeys = "ctrl-p,ctrl-q";

// `unfed`: what is typed here cannot get to the command.
Result<int> finish_attached(const UniqueFd& socket, const StartManner& manner, bool terminal, bool unfed,
                            const Invocation& invocation) {
  const auto end = TRY(client::relay_attached(
      socket, {.terminal = terminal,
               .input = manner.input,
               .only_keys = !terminal && unfed && !manner.detach_keys.empty() && isatty(STDIN_FILENO),
               .sig_proxy = manner.sig_proxy,
               .detach_keys = manner.detach_keys}));
  if (end.detached)
    return 0;
  if (!end.error.empty())
    print_note(escape_control(end.error), invocation.common.color);
  return end.exit_status;
}

session::FirstClient first_client(const Invocation& invocation, const StartManner& manner) {
  return {.attached = manner.attached,
          .input = manner.input,
          .window = launch::caller_window(),
          .arguments = {invocation.arguments.start, invocation.arguments.size},
          .callbacks = {.notes = [&](const auto& notes) { print_notes(notes, invocation.common); }}};
}

// What its first client sees of a container that was started.
Result<int> go_on(const Invocation& invocation, const session::StartedContainer& started,
                  const std::string& name, const StartManner& manner) {
  if (manner.attached) {
    auto status = finish_attached(started.socket, manner, started.terminal, !manner.input, invocation);
    print_made(started.watched, invocation.common);
    return status;
  }
  note_session_end(invocation.common);
  if (!manner.print_name)
    return 0;
  return print_answer(escape_control(name) + "\n").map([] { return 0; });
}

// `shell --name` of a container that is there: joins one that runs, starts one that does not. Returns nullopt
// if there is none, so that one is made.
std::optional<Result<int>> shell_again(const Invocation& invocation, host::RealHost& host) {
  const auto& options = invocation.options<RunOptions>();
  const container::ContainerStore store{host.store_dir()};
  auto container = store.find(*options.name);
  if (!container && container.error().err == ENOENT)
    return std::nullopt;
  if (!container)
    return tl::unexpected{container.error()};
  if (options.image)
    print_note(fmt::format("container {} is there already, and keeps the image and options it was made with",
                           escape_control(container->name())),
               invocation.common.color);
  const auto keys = TRY(detach_keys(options.detach_keys));
  const bool terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
  if (const Status status = container->lock(); status)
    return start_again(invocation, host, std::move(*container),
                       {.attached = true, .input = true, .detach_keys = keys});
  else if (status.error().err != EBUSY)
    return tl::unexpected{status.error()};
  return exec_into(host, *container, {.options = options, .shell = true, .terminal = terminal});
}

}  // namespace

Result<std::string> detach_keys(const std::optional<std::string>& typed) {
  return client::parse_detach_keys(typed ? std::string_view{*typed} : kDetachKeys, "--detach-keys");
}

Result<int> run_kept(const Invocation& invocation, host::RealHost& host) {
  RunOptions run = invocation.options<RunOptions>();
  if (run.shell && run.name)
    if (auto status = shell_again(invocation, host))
      return *status;
  settle_name(run);
  const bool background = run.detach.value_or(false);
  const auto keys = TRY(detach_keys(run.detach_keys));
  auto wanted = TRY(wanted_run(run, host));
  auto rules = TRY(keep_rules(run, wanted.image.config.stop_signal));
  rules.remove_at_end = wanted.spec.remove_at_end.value;
  if (rules.remove_at_end && rules.restart.when != container::RestartWhen::No)
    return fail({.step = "--restart: a container that is removed at its end cannot be started again",
                 .hint = "give it a --name, and leave --rm out"});
  session::resolve_for_keeping(wanted.spec, !background && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO),
                               host);
  const StartManner manner{.attached = !background,
                           .input = !background && run.interactive.value_or(true),
                           .sig_proxy = run.sig_proxy.value_or(true),
                           .print_name = background,
                           .detach_keys = keys};
  const auto started = TRY(
      session::create_container(*run.name, std::move(wanted), rules, host, first_client(invocation, manner)));
  return go_on(invocation, started, *run.name, manner);
}

Result<int> start_again(const Invocation& invocation, host::RealHost& host, container::Container container,
                        const StartManner& manner) {
  const std::string name = container.name();
  const auto started =
      TRY(session::start_container(std::move(container), host, first_client(invocation, manner)));
  return go_on(invocation, started, name, manner);
}

Result<int> attach_container(const Invocation& invocation, const container::Container& container,
                             const StartManner& manner) {
  const auto state = TRY(container.state());
  auto socket = TRY(container::connect_to(container, state));
  (void)container::send_frame(socket.get(), {.kind = container::FrameKind::Attach, .a = manner.input});
  // One whose record is damaged runs all the same, and can be looked at.
  const auto record = container.record();
  const bool unfed = manner.input && record && !record->rules.open_input;
  return finish_attached(socket, manner, state.terminal, unfed, invocation);
}

}  // namespace snug::cli
