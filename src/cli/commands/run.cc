#include "cli/commands/run.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

#include "base/try.h"
#include "base/unique_fd.h"
#include "base/units.h"
#include "cli/commands/run_kept.h"
#include "cli/input/flags_layer.h"
#include "cli/input/payload_words.h"
#include "cli/input/standard_streams.h"
#include "cli/input/wanted_run.h"
#include "cli/show/gate_notes.h"
#include "cli/show/planted_files.h"
#include "cli/show/report.h"
#include "session/throwaway.h"

namespace snug::cli {
namespace {

// A descriptor for the status lines must be open, and must not reach the payload.
Result<int> open_status_fd(const RunOptions& options) {
  const auto fd = parse_status_fd(options);
  if (fd && *fd >= 0 && fcntl(*fd, F_SETFD, FD_CLOEXEC) != 0)
    return fail({.step = fmt::format("--json-status-fd {}", *fd),
                 .err = errno,
                 .hint = "open it in the shell, as in 3>status.json"});
  return fd;
}

void explain_outcome(const plan::Plan& plan, const launch::Outcome& outcome, const CommonOptions& common) {
  if (outcome.timed_out)
    if (const plan::Timeout* timeout = plan::find_step<plan::Timeout>(plan))
      print_note(fmt::format("timed out after {} s", static_cast<double>(timeout->after_ms) / 1000),
                 common.color);
  if (!outcome.memory_limit.empty())
    print_note(launch::out_of_memory_text(outcome.memory_limit), common.color);
  const plan::OverlayRoot* root = plan::find_step<plan::OverlayRoot>(plan);
  const plan::TmpfsRoot* tmpfs = plan::find_step<plan::TmpfsRoot>(plan);
  const std::uint64_t size = root ? root->size : tmpfs ? tmpfs->size : 0;
  if (outcome.out_of_blocks)
    print_note(fmt::format("the writable layer was full{}: what was written last got ENOSPC; --size gives it "
                           "more, --writable disk "
                           "the disk's room",
                           size ? fmt::format(" ({})", format_size(size)) : ""),
               common.color);
  else if (outcome.out_of_inodes)
    print_note("the writable layer had no inode left: too many files for a tmpfs of its size", common.color);
}

// A port that the kernel chose is known to nobody else.
void print_chosen(const plan::Plan& plan, const std::vector<std::string>& ports,
                  const CommonOptions& common) {
  std::size_t at = 0;
  for (const plan::PlannedStep& planned : plan.steps)
    if (const auto* step = std::get_if<plan::PublishPorts>(&planned.step))
      for (std::uint32_t i = 0; i < step->ports.count; ++i, ++at)
        if (step->ports.host == 0 && !common.quiet.value_or(false))
          print_note("published: " + ports.at(at), common.color);
}

}  // namespace

Result<int> run_command(const Invocation& invocation) {
  const auto& options = invocation.options<RunOptions>();
  const CommonOptions& common = invocation.common;
  if (options.dry_run.value_or(false))
    return explain_command(invocation);
  TRY(settle_standard_streams({options.interactive, options.tty}));
  const auto status_fd = TRY(open_status_fd(options));
  auto host = TRY(host::RealHost::look());
  if (options.name || options.detach.value_or(false))
    return run_kept(invocation, host);
  auto wanted = TRY(wanted_run(options, host));
  GateNotes gate_notes{common.color};
  const auto run = TRY(session::run_throwaway(
      std::move(wanted), host,
      {.arguments = {invocation.arguments.start, invocation.arguments.size},
       .status_fd = status_fd,
       .callbacks = {
           .notes = [&](const auto& notes) { print_notes(notes, common); },
           .published = [&](const auto& plan, const auto& ports) { print_chosen(plan, ports, common); },
           .gate_event =
               [&](const gate::GateEvent& event) {
                 if (!common.quiet.value_or(false))
                   gate_notes.tell(event);
               }}}));
  explain_outcome(run.plan, run.outcome, common);
  print_made(session::watched_paths(run.plan), common);
  return run.outcome.exit_status;
}

extern constexpr CommandDef kRunCommand{
    .name = "run",
    .positional = Complete::ImageName,
    .takes_run_options = true,
    .ends_at_word = true,
    .options = kOptionsOf<RunOptions>,
    .take_words = take_payload,
    .run = run_command,
};

}  // namespace snug::cli
