#include "cli/commands/commands.h"

namespace snug {

Result<int> dispatch(const Options& options) {
  if (options.common.help.value_or(false))
    return help_command(options);
  if (options.common.version.value_or(false))
    return version_command(options);
  switch (options.command) {
    case Command::Run:
    case Command::Shell:
      return run_command(options);
    case Command::Explain:
      return explain_command(options);
    case Command::Start:
      return start_command(options);
    case Command::Stop:
      return stop_command(options);
    case Command::Kill:
      return kill_command(options);
    case Command::Restart:
      return restart_command(options);
    case Command::Wait:
      return wait_command(options);
    case Command::Rm:
      return rm_command(options);
    case Command::Rename:
      return rename_command(options);
    case Command::Prune:
      return prune_command(options);
    case Command::Exec:
      return exec_command(options);
    case Command::Attach:
      return attach_command(options);
    case Command::Ps:
      return ps_command(options);
    case Command::Inspect:
      return inspect_command(options);
    case Command::Logs:
      return logs_command(options);
    case Command::Top:
      return top_command(options);
    case Command::Stats:
      return stats_command(options);
    case Command::Update:
      return update_command(options);
    case Command::Allow:
      return allow_command(options);
    case Command::Cp:
      return cp_command(options);
    case Command::Port:
      return port_command(options);
    case Command::Diff:
      return diff_command(options);
    case Command::Commit:
      return commit_command(options);
    case Command::Export:
      return export_command(options);
    case Command::Check:
      return check_command(options);
    case Command::Doctor:
      return doctor_command(options);
    case Command::GenerateSystemd:
      return generate_systemd_command(options);
    case Command::ProfileLs:
      return profile_ls_command(options);
    case Command::ProfileShow:
      return profile_show_command(options);
    case Command::ProfileCheck:
      return profile_check_command(options);
    case Command::ImageLs:
      return image_ls_command(options);
    case Command::Completion:
      return completion_command(options);
    case Command::None:
    case Command::Help:
      return help_command(options);
    case Command::Version:
      return version_command(options);
  }
  return 0;
}

}  // namespace snug
