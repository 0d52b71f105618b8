// exec, and the shell of a container that runs.
#include "session/exec.h"

#include <fmt/format.h>

#include "base/text.h"
#include "base/try.h"
#include "cli/commands/exec_into.h"
#include "cli/commands/shared_options.h"
#include "cli/grammar/parse.h"
#include "cli/input/flags_layer.h"
#include "cli/input/standard_streams.h"
#include "spec/settings.h"

namespace snug::cli {

Result<int> exec_into(const host::RealHost& host, const container::Container& container,
                      const ExecFlags& typed) {
  // The options mean what they mean to run, and are read by the same code.
  auto layer = TRY(flags_layer(typed.options, host));
  return session::exec_in(host, container,
                          {.command = typed.command,
                           .shell = typed.shell,
                           .env = std::move(layer.env_set),
                           .workdir = std::move(layer.workdir),
                           .user = std::move(layer.run_as),
                           .terminal = typed.terminal,
                           .background = typed.background});
}

namespace {

struct TypedExecOptions : OptionValues {
  std::optional<bool> interactive{};
  std::optional<bool> tty{};
  std::optional<bool> detach{};
  std::vector<std::string> env{};
  std::vector<std::string> env_files{};
  std::optional<std::string> workdir{};
  std::optional<std::string> user{};
  std::optional<std::string> detach_keys{};
};

constexpr OptionDef kExecOptions[] = {
    {"interactive", 'i', "", "pass standard input on", kOptionsGroup, Complete::Nothing,
     &TypedExecOptions::interactive},
    {"tty", 't', "", "give the command a terminal of its own", kOptionsGroup, Complete::Nothing,
     &TypedExecOptions::tty},
    {"detach", 'd', "", "do not wait for it, and show nothing of it", kOptionsGroup, Complete::Nothing,
     &TypedExecOptions::detach},
    {"env", 'e', "NAME[=VALUE]", "set a variable, or take it from your environment", kOptionsGroup,
     Complete::Nothing, &TypedExecOptions::env},
    {"env-file", 0, "FILE", "set the variables of a file, one NAME=VALUE or NAME a line", kOptionsGroup,
     Complete::File, &TypedExecOptions::env_files},
    {"workdir", 'w', "DIR", "working directory inside; else the container's", kOptionsGroup,
     Complete::Nothing, &TypedExecOptions::workdir},
    {"user", 'u', "USER[:GROUP]", "run as this user of the container; else as its own command", kOptionsGroup,
     Complete::Nothing, &TypedExecOptions::user},
    detach_keys_option(&TypedExecOptions::detach_keys),
};

constexpr Elsewhere kExecElsewhere[] = {
    {"--privileged", "a command has no more rights than the container"},
    {"--name", "NAME stands after the options: snug exec -it NAME sh"},
};

// NAME CMD..., all of it as typed.
Status take_exec_words(const TypedWords& typed, Invocation& invocation) {
  std::vector<std::string_view> words = typed.words;
  if (words.empty())
    return wrong_words(*invocation.command, "name a container and a command");
  // As after IMAGE of snug run.
  if (!typed.marked && words.size() > 1 && words[1] == "--")
    words.erase(words.begin() + 1);
  if (words.size() < 2)
    return wrong_words(*invocation.command,
                       fmt::format("name a command to run in {}", escape_control(words[0])));
  invocation.words.assign(words.begin(), words.end());
  return {};
}

Result<int> exec_in_container(const Invocation& invocation) {
  const auto& typed = invocation.options<TypedExecOptions>();
  const bool terminal = typed.tty.value_or(false);
  TRY(settle_standard_streams({typed.interactive, typed.tty}));
  const auto host = TRY(host::RealHost::look());
  const auto container = TRY(container::ContainerStore{host.store_dir()}.find(invocation.words[0]));
  RunOptions run;
  run.keys = {{"env", typed.env}, {"env-file", typed.env_files}};
  if (typed.workdir)
    run.keys.push_back({"workdir", {*typed.workdir}});
  if (typed.user)
    run.keys.push_back({"user", {*typed.user}});
  return exec_into(host, container,
                   {.options = std::move(run),
                    .command = {invocation.words.begin() + 1, invocation.words.end()},
                    .terminal = terminal,
                    .background = typed.detach.value_or(false)});
}

}  // namespace

extern constexpr CommandDef kExecCommand{
    .name = "exec",
    .group = kContainersGroup,
    .positional = Complete::ContainerName,
    .ends_at_word = true,
    .options = kOptionsOf<TypedExecOptions>,
    .own = kExecOptions,
    .elsewhere = kExecElsewhere,
    .take_words = take_exec_words,
    .run = exec_in_container,
};

}  // namespace snug::cli
