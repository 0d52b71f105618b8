// The commands for containers that are there. A part of the one table of commands, cut out for its length:
// only definition.cc includes it.
#pragma once

#include "cli/grammar/definition_container_options.h"
#include "cli/grammar/definition_limits.h"

namespace snug::definition {

constexpr std::string_view kContainers = "Containers";

constexpr CommandDef kContainerCommands[] = {
    {.id = Command::Exec,
     .name = "exec",
     .positional = Container,
     .own = kExec,
     .ends_at_word = true,
     .group = kContainers},
    {.id = Command::Attach, .name = "attach", .positional = Container, .own = kAttach, .group = kContainers},
    {.id = Command::Start, .name = "start", .positional = Container, .own = kStart, .group = kContainers},
    {.id = Command::Stop, .name = "stop", .positional = Container, .own = kStop, .group = kContainers},
    {.id = Command::Restart,
     .name = "restart",
     .positional = Container,
     .own = kRestart,
     .group = kContainers},
    {.id = Command::Kill, .name = "kill", .positional = Container, .own = kKill, .group = kContainers},
    {.id = Command::Wait, .name = "wait", .positional = Container, .group = kContainers},
    {.id = Command::Ps, .name = "ps", .positional = Nothing, .own = kPs, .group = kContainers},
    {.id = Command::Inspect, .name = "inspect", .positional = Container, .group = kContainers},
    {.id = Command::Logs, .name = "logs", .positional = Container, .own = kLogs, .group = kContainers},
    {.id = Command::Top, .name = "top", .positional = Container, .group = kContainers},
    {.id = Command::Stats, .name = "stats", .positional = Container, .own = kStats, .group = kContainers},
    {.id = Command::Update,
     .name = "update",
     .positional = Container,
     .own = kLimitOptions,
     .group = kContainers},
    {.id = Command::Allow, .name = "allow", .positional = Container, .group = kContainers},
    {.id = Command::Port, .name = "port", .positional = Container, .group = kContainers},
    {.id = Command::Cp, .name = "cp", .positional = ContainerPath, .own = kCp, .group = kContainers},
    {.id = Command::Diff, .name = "diff", .positional = Container, .group = kContainers},
    {.id = Command::Commit, .name = "commit", .positional = Container, .own = kCommit, .group = kContainers},
    {.id = Command::Export, .name = "export", .positional = Container, .own = kExport, .group = kContainers},
    {.id = Command::Rename, .name = "rename", .positional = Container, .group = kContainers},
    {.id = Command::Rm, .name = "rm", .positional = Container, .own = kRm, .group = kContainers},
    {.id = Command::Prune, .name = "prune", .positional = Nothing, .own = kPrune, .group = kContainers},
    {.id = Command::Check, .name = "check", .positional = Nothing, .group = kContainers},
    {.id = Command::GenerateSystemd,
     .name = "generate systemd",
     .positional = Container,
     .group = kContainers},
};

}  // namespace snug::definition
