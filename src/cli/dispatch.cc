#include "cli/commands.h"

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
