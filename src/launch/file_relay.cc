#include "launch/file_relay.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "base/try.h"

namespace snug::launch {
namespace {

bool is_same_file(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

// Exits with the errno that stopped it; 0 at the end of `from`, and where nobody reads any more.
[[noreturn]] void copy_and_exit(int from, int to) {
  char buffer[64 << 10];
  for (;;) {
    const ssize_t have = read(from, buffer, sizeof buffer);
    if (have < 0 && errno == EINTR)
      continue;
    if (have <= 0)
      _exit(have < 0 ? errno : 0);
    for (ssize_t done = 0; done < have;) {
      const ssize_t n = write(to, buffer + done, static_cast<std::size_t>(have - done));
      if (n < 0 && errno != EINTR)
        _exit(errno == EPIPE ? 0 : errno);
      done += n > 0 ? n : 0;
    }
  }
}

// A process that holds the two and nothing else, and goes with snug. Signals are held already, SIGPIPE among
// them.
pid_t fork_copier(int from, int to) {
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid != 0)
    return pid;
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent || dup2(from, 0) < 0 || dup2(to, 1) < 0)
    _exit(errno);
  close(2);
  signal(SIGXFSZ, SIG_IGN);  // a limit on sizes is an error that can be told
  if (syscall(SYS_close_range, 3U, ~0U, 0U) != 0)
    for (int fd = 3; fd < static_cast<int>(sysconf(_SC_OPEN_MAX)); ++fd) close(fd);
  copy_and_exit(0, 1);
}

}  // namespace

Status FileRelay::place(int standard, bool input) {
  const auto failed = [&](int error) {
    return fail(
        {.step = fmt::format("put a pipe in the place of standard descriptor {}", standard), .err = error});
  };
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0)
    return failed(errno);
  const UniqueFd reads{ends[0]};
  const UniqueFd writes{ends[1]};
  own_[standard].reset(fcntl(standard, F_DUPFD_CLOEXEC, 3));
  if (!own_[standard])
    return failed(errno);
  const pid_t pid = input ? fork_copier(own_[standard].get(), writes.get())
                          : fork_copier(reads.get(), own_[standard].get());
  if (pid < 0)
    return failed(errno);
  copiers_.push_back({.pid = pid, .standard = standard});
  if (dup2(input ? reads.get() : writes.get(), standard) < 0)
    return failed(errno);
  return {};
}

Status FileRelay::start() {
  struct stat files[3]{};
  bool relayed[3]{};
  for (int fd = 0; fd < 3; ++fd) {
    if (fstat(fd, &files[fd]) != 0 && errno != EBADF)
      return fail({.step = fmt::format("look at the standard descriptor {}", fd), .err = errno});
    relayed[fd] = S_ISREG(files[fd].st_mode);
  }
  for (int fd = 0; fd < 3; ++fd) {
    if (!relayed[fd])
      continue;
    // 2>&1: one pipe, so that what is written first stays first.
    if (fd == 2 && relayed[1] && is_same_file(files[1], files[2])) {
      own_[2].reset(fcntl(2, F_DUPFD_CLOEXEC, 3));
      if (!own_[2] || dup2(1, 2) < 0)
        return fail({.step = "put a pipe in the place of standard descriptor 2", .err = errno});
      continue;
    }
    TRY(place(fd, fd == 0));
  }
  return {};
}

void FileRelay::give_back() {
  for (int fd = 0; fd < 3; ++fd)
    if (own_[fd]) {
      // Where that fails the pipe must be closed all the same, or its copier would never see the end.
      if (dup2(own_[fd].get(), fd) < 0)
        close(fd);
      own_[fd].reset();
    }
}

Status FileRelay::finish() {
  Status outcome;
  for (const Copier& copier : copiers_) {
    // What was not read of the input stays unread.
    if (copier.standard == 0)
      (void)kill(copier.pid, SIGKILL);
    int status = 0;
    while (waitpid(copier.pid, &status, 0) < 0 && errno == EINTR) {
    }
    if (copier.standard != 0 && status != 0)
      outcome = fail({.step = fmt::format("write what the command wrote to standard {}",
                                          copier.standard == 1 ? "output" : "error"),
                      .err = WIFEXITED(status) ? WEXITSTATUS(status) : EIO});
  }
  copiers_.clear();
  return outcome;
}

FileRelay::~FileRelay() {
  give_back();
  for (const Copier& copier : copiers_) {
    (void)kill(copier.pid, SIGKILL);
    while (waitpid(copier.pid, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
}

}  // namespace snug::launch
