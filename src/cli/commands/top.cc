#include <fmt/format.h>
#include <unistd.h>

#include "base/json.h"
#include "base/text.h"
#include "base/try.h"
#include "cli/commands/container_ask.h"
#include "cli/commands/shared_options.h"
#include "cli/show/report.h"
#include "cli/show/table.h"
#include "client/processes.h"
#include "container/control.h"
#include "container/store.h"

namespace snug::cli {
namespace {

Json processes_json(const std::vector<client::ContainerProcess>& list) {
  Json::Array array;
  for (const client::ContainerProcess& one : list)
    array.push_back(Json::Object{{"uid", std::uint64_t{one.uid}},
                                 {"pid", static_cast<std::uint64_t>(one.pid)},
                                 {"host_pid", static_cast<std::uint64_t>(one.host_pid)},
                                 {"ppid", static_cast<std::uint64_t>(one.ppid)},
                                 {"time_ms", one.time_ms},
                                 {"name", one.name},
                                 {"command", Json::Array{one.command.begin(), one.command.end()}}});
  return array;
}

std::string time_text(std::uint64_t ms) {
  const std::uint64_t seconds = ms / 1000;
  return fmt::format("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

Table processes_table(const std::vector<client::ContainerProcess>& list) {
  Table table{.header = {"UID", "PID", "HOSTPID", "PPID", "TIME", "CMD"}};
  for (const client::ContainerProcess& one : list)
    table.rows.push_back({std::to_string(one.uid), std::to_string(one.pid), std::to_string(one.host_pid),
                          std::to_string(one.ppid), time_text(one.time_ms),
                          one.command.empty() ? "[" + one.name + "]" : join(one.command, " ")});
  return table;
}

Result<int> print_processes(const Invocation& invocation) {
  const auto container = TRY(named_container(invocation));
  const auto state = TRY(container::running_state(container));
  const auto list = TRY(client::container_processes(state));
  return print_answer(invocation.common.json.value_or(false)
                          ? pretty_json(processes_json(list))
                          : table_text(processes_table(list), terminal_width(STDOUT_FILENO),
                                       colour_for(STDOUT_FILENO, invocation.common.color)))
      .map([] { return 0; });
}

}  // namespace

extern constexpr CommandDef kTopCommand{
    .name = "top",
    .group = kContainersGroup,
    .arity = kOneContainer,
    .positional = Complete::ContainerName,
    .run = print_processes,
};

}  // namespace snug::cli
