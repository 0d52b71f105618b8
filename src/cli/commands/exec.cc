// exec, and the shell of a container that runs.
#include "session/exec.h"

#include "cli/commands/commands.h"
#include "cli/commands/exec_into.h"
#include "cli/input/flags_layer.h"
#include "cli/input/standard_streams.h"

namespace snug {

Result<int> exec_into(const RealHost& host, const Container& container, const ExecRequest& request) {
  // The options mean what they mean to run, and are read by the same code.
  auto layer = flags_layer(request.options, Command::Exec, host);
  if (!layer)
    return tl::unexpected{std::move(layer).error()};
  return exec_in(host, container,
                 {.command = request.command,
                  .shell = request.shell,
                  .env = std::move(layer->env_set),
                  .workdir = std::move(layer->workdir),
                  .user = std::move(layer->run_as),
                  .terminal = request.terminal,
                  .background = request.background});
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
  run.env = typed.env;
  run.env_files = typed.env_files;
  run.workdir = typed.workdir;
  run.user = typed.user;
  return exec_into(*host, *container,
                   {.options = std::move(run),
                    .command = typed.command,
                    .terminal = terminal,
                    .background = typed.detach.value_or(false)});
}

}  // namespace snug
