// The only printer of an Error, and the only chooser of snug's own exit status.
#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "cli/commands/dispatch.h"
#include "cli/grammar/parse.h"
#include "cli/show/report.h"

namespace {

// A standard descriptor that the caller has closed would be given to the next file that is opened, and a
// message would be written into that. It is filled with one that fails as a closed one does: reading from it,
// or writing to it, is EBADF.
void fill_standard_fds() {
  for (int fd = 0; fd < 3; ++fd)
    if (fcntl(fd, F_GETFD) < 0)
      (void)open("/dev/null",
                 (fd == 0 ? O_WRONLY : O_RDONLY));  // NOLINT(android-cloexec-open): the payload gets it
}

// The strings lie one behind the other: execve(2) puts them so.
snug::cli::ArgumentText argument_text(int argc, char** argv) {
  if (argc < 1)
    return {};
  const char* end = argv[argc - 1] + std::strlen(argv[argc - 1]) + 1;
  return {argv[0], static_cast<std::size_t>(end - argv[0])};
}

int exit_status(const snug::Error& error, const std::optional<std::string>& color) {
  snug::cli::print_error(error, color);
  return error.status;
}

}  // namespace

int main(int argc, char** argv) {
  fill_standard_fds();
  auto invocation = snug::cli::parse_command_line(argc, argv);
  if (invocation)
    invocation->arguments = argument_text(argc, argv);
  const auto status = invocation ? snug::cli::dispatch(*invocation) : tl::unexpected{invocation.error()};
  // Nothing is buffered: every answer and error has been written. So nothing has to be torn down either.
  std::_Exit(status ? *status
                    : exit_status(status.error(), invocation ? invocation->common.color : std::nullopt));
}
