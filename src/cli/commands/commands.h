// One function a command, each in a short file of its own. They answer snug's exit status: the payload's own
// for run and shell, 0 for an answer given. An Error is printed by main, once.
#pragma once

#include "base/result.h"
#include "cli/grammar/options.h"

namespace snug {

// run and shell, by options.command. With --dry-run the same as explain.
Result<int> run_command(const Options& options);
Result<int> explain_command(const Options& options);

// Of containers that last.
Result<int> start_command(const Options& options);
Result<int> stop_command(const Options& options);
Result<int> kill_command(const Options& options);
Result<int> restart_command(const Options& options);
Result<int> wait_command(const Options& options);
Result<int> rm_command(const Options& options);
Result<int> rename_command(const Options& options);
Result<int> prune_command(const Options& options);
Result<int> exec_command(const Options& options);
Result<int> attach_command(const Options& options);
Result<int> ps_command(const Options& options);
Result<int> inspect_command(const Options& options);
Result<int> logs_command(const Options& options);
Result<int> top_command(const Options& options);
Result<int> stats_command(const Options& options);
Result<int> update_command(const Options& options);
Result<int> allow_command(const Options& options);
Result<int> cp_command(const Options& options);
Result<int> port_command(const Options& options);
Result<int> diff_command(const Options& options);
Result<int> commit_command(const Options& options);
Result<int> export_command(const Options& options);
Result<int> check_command(const Options& options);
Result<int> generate_systemd_command(const Options& options);

Result<int> doctor_command(const Options& options);
Result<int> profile_ls_command(const Options& options);
Result<int> profile_show_command(const Options& options);
Result<int> profile_check_command(const Options& options);
Result<int> image_ls_command(const Options& options);
Result<int> completion_command(const Options& options);
Result<int> help_command(const Options& options);
Result<int> version_command(const Options& options);

// The command that was typed; --help and --version before all else.
Result<int> dispatch(const Options& options);

// `snug explain /etc/passwd` or `snug explain example.org:80`: an image or a question? An image is a
// directory that holds an image.toml or a root filesystem, or has a name in `images`, the store's directory
// of them; anything else becomes one of `paths`. Looks at the disk, so it is not part of parsing.
void settle_explain_word(RunOptions& run, const std::string& images);

}  // namespace snug
