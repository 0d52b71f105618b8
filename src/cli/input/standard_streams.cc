#include "cli/input/standard_streams.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/try.h"
#include "base/unique_fd.h"

namespace snug::cli {
namespace {

// docker's rule: a terminal for the payload and a pipe to feed it contradict each other.
Status check_terminal(const StreamOptions& options) {
  if (options.tty.value_or(false) && options.interactive.value_or(false) && !isatty(STDIN_FILENO))
    return fail({.step = "-i and -t together: standard input is not a terminal",
                 .hint = "leave -t out to feed the command from a pipe or file"});
  return {};
}

// A directory as a standard descriptor would be a way out (CVE-2016-9962).
Status check_standard_descriptors() {
  for (int fd = 0; fd < 3; ++fd) {
    struct stat info {};
    if (fstat(fd, &info) != 0 && errno != EBADF)
      return fail({.step = fmt::format("look at the standard descriptor {}", fd), .err = errno});
    if (S_ISDIR(info.st_mode))
      return fail({.step = fmt::format(
                       "standard descriptor {} is a directory: the command could reach the host's files "
                       "through it",
                       fd),
                   .hint = "redirect it from or to a file; -v shows a directory inside"});
  }
  return {};
}

// Standard input is the caller's, as in a shell, unless --interactive=false asks for docker's default without
// -i.
Status settle_input(const StreamOptions& options) {
  if (options.interactive.value_or(true))
    return {};
  const UniqueFd null{open("/dev/null", O_RDONLY | O_CLOEXEC)};
  if (!null || dup2(null.get(), STDIN_FILENO) < 0)
    return fail({.step = "--interactive=false: open /dev/null", .err = errno});
  return {};
}

}  // namespace

Status settle_standard_streams(const StreamOptions& options) {
  TRY(check_terminal(options));
  TRY(check_standard_descriptors());
  return settle_input(options);
}

}  // namespace snug::cli
