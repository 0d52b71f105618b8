// Every command of snug, in the order of the help.
#include "cli/grammar/definition.h"

// A new command is a file commands/NAME.cc, its prose help/commands/NAME.txt, and a line here. A macro, so
// that the one line both declares the command and lists it.
// clang-format off
#define SNUG_COMMANDS(command) \
  command(kRunCommand) \
  command(kShellCommand) \
  command(kExplainCommand) \
  command(kExecCommand) \
  command(kAttachCommand) \
  command(kStartCommand) \
  command(kStopCommand) \
  command(kRestartCommand) \
  command(kKillCommand) \
  command(kWaitCommand) \
  command(kPsCommand) \
  command(kInspectCommand) \
  command(kLogsCommand) \
  command(kTopCommand) \
  command(kStatsCommand) \
  command(kUpdateCommand) \
  command(kAllowCommand) \
  command(kPortCommand) \
  command(kCpCommand) \
  command(kDiffCommand) \
  command(kCommitCommand) \
  command(kExportCommand) \
  command(kRenameCommand) \
  command(kRmCommand) \
  command(kPruneCommand) \
  command(kCheckCommand) \
  command(kGenerateSystemdCommand) \
  command(kProfileLsCommand) \
  command(kProfileShowCommand) \
  command(kProfileCheckCommand) \
  command(kImageLsCommand) \
  command(kDoctorCommand) \
  command(kCompletionCommand) \
  command(kHelpCommand) \
  command(kVersionCommand)
// clang-format on

namespace snug::cli {

#define SNUG_DECLARE(command) extern const CommandDef command;
SNUG_COMMANDS(SNUG_DECLARE)
#undef SNUG_DECLARE

namespace {

#define SNUG_LIST(command) command,
constexpr std::reference_wrapper<const CommandDef> kCommands[] = {SNUG_COMMANDS(SNUG_LIST)};
#undef SNUG_LIST

}  // namespace

std::span<const std::reference_wrapper<const CommandDef>> command_table() {
  return kCommands;
}

}  // namespace snug::cli
