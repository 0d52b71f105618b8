// Options of the commands for containers that are there. A part of the one table of commands: only
// definition_containers.h includes it.
#pragma once

#include "cli/grammar/definition.h"

namespace snug::definition {

using O = ContainerOptions;
using enum Complete;

constexpr std::string_view kOptions = "Options";
constexpr std::string_view kDetachKeysHelp = "keys that let go of the container; ctrl-p,ctrl-q unless said";
constexpr std::string_view kSignalHelp = "signal to send first, by name or number: INT, SIGUSR1, 10";
constexpr std::string_view kTimeHelp = "seconds from the stop signal to the end by force; 0: at once";

constexpr OptionDef kStart[] = {
    {"attach", 'a', "", "show the output here, and exit with the container's status", kOptions, Nothing,
     &O::attach},
    {"interactive", 'i', "", "pass standard input on; with --attach a whole terminal", kOptions, Nothing,
     &O::interactive},
    {"detach-keys", 0, "KEYS", kDetachKeysHelp, kOptions, Nothing, &O::detach_keys},
};

constexpr OptionDef kStop[] = {
    {"time", 't', "SECONDS", kTimeHelp, kOptions, Nothing, &O::time},
    {"signal", 's', "SIGNAL", kSignalHelp, kOptions, Nothing, &O::signal},
};

constexpr OptionDef kKill[] = {
    {"signal", 's', "SIGNAL", "signal to send, by name or number; KILL unless said", kOptions, Nothing,
     &O::signal},
};

constexpr OptionDef kRestart[] = {
    {"time", 't', "SECONDS", kTimeHelp, kOptions, Nothing, &O::time},
};

constexpr OptionDef kRm[] = {
    {"force", 'f', "", "end those that run, by force and at once", kOptions, Nothing, &O::force},
};

constexpr OptionDef kPrune[] = {
    {"force", 'f', "", "do not ask", kOptions, Nothing, &O::force},
};

constexpr OptionDef kStats[] = {
    {"no-stream", 0, "", "once, and not again every second", kOptions, Nothing, &O::no_stream},
    {"all", 'a', "", "those that do not run, too", kOptions, Nothing, &O::all},
};

constexpr OptionDef kExec[] = {
    {"interactive", 'i', "", "pass standard input on", kOptions, Nothing, &O::interactive},
    {"tty", 't', "", "give the command a terminal of its own", kOptions, Nothing, &O::tty},
    {"detach", 'd', "", "do not wait for it, and show nothing of it", kOptions, Nothing, &O::detach},
    {"env", 'e', "NAME[=VALUE]", "set a variable, or take it from your environment", kOptions, Nothing,
     &O::env},
    {"env-file", 0, "FILE", "set the variables of a file, one NAME=VALUE or NAME a line", kOptions, File,
     &O::env_files},
    {"workdir", 'w', "DIR", "working directory inside; else the container's", kOptions, Nothing, &O::workdir},
    {"user", 'u', "USER[:GROUP]", "run as this user of the container; else as its own command", kOptions,
     Nothing, &O::user},
    {"detach-keys", 0, "KEYS", kDetachKeysHelp, kOptions, Nothing, &O::detach_keys},
};

constexpr OptionDef kAttach[] = {
    {"no-stdin", 0, "", "pass no input on", kOptions, Nothing, &O::no_stdin},
    {"sig-proxy", 0, "", "pass signals on, as is the rule; --sig-proxy=false keeps them", kOptions, Nothing,
     &O::sig_proxy},
    {"detach-keys", 0, "KEYS", kDetachKeysHelp, kOptions, Nothing, &O::detach_keys},
};

constexpr OptionDef kPs[] = {
    {"all", 'a', "", "those that do not run, too", kOptions, Nothing, &O::all},
    {"filter", 'f', "KEY=VALUE",
     "only those that fit: name=, status=, id=, image=, exited=, health=", kOptions, Nothing, &O::filter},
    {"no-trunc", 0, "", "cut nothing short", kOptions, Nothing, &O::no_trunc},
};

constexpr OptionDef kLogs[] = {
    {"follow", 'f', "", "go on with what is written, until the container ends", kOptions, Nothing,
     &O::follow},
    {"since", 0, "TIME", "only what was written at or after TIME", kOptions, Nothing, &O::since},
    {"until", 0, "TIME", "only what was written at or before TIME", kOptions, Nothing, &O::until},
    {"tail", 'n', "N", "only the last N lines; all for every line", kOptions, Nothing, &O::tail},
    {"network", 0, "", "what the egress gate let through and refused", kOptions, Nothing, &O::network},
    {"timestamps", 't', "", "begin each line with when it was written", kOptions, Nothing, &O::timestamps},
};

constexpr OptionDef kCp[] = {
    {"archive", 'a', "", "keep owners and groups, as far as ids go", kOptions, Nothing, &O::archive},
    {"follow-link", 'L', "", "copy what SRC points at if it is a symlink, not the link", kOptions, Nothing,
     &O::follow_link},
};

constexpr OptionDef kCommit[] = {
    {"change", 'c', "INSTRUCTION", "change the image's configuration: 'CMD [\"nginx\"]', 'ENV A=1'", kOptions,
     Nothing, &O::change},
    {"message", 'm', "TEXT", "a remark, kept in the image", kOptions, Nothing, &O::message},
    {"author", 'a', "TEXT", "who made it, kept in the image", kOptions, Nothing, &O::author},
};

constexpr OptionDef kExport[] = {
    {"output", 'o', "FILE", "write to a file instead of standard output", kOptions, File, &O::output},
};

}  // namespace snug::definition
