#include "launch/join.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "plan/hints.h"

namespace snug::launch {
namespace {

// What the helper tells: init's pid, or an errno.
struct Answer {
  pid_t pid;
  int error;
};

// In the helper. The child's exit signal is the helper's own: clone(2), CLONE_PARENT.
long clone_beside(std::uint64_t flags, int group) {
  clone_args arguments{};
  arguments.flags = flags | CLONE_PARENT | (group >= 0 ? CLONE_INTO_CGROUP : 0);
  arguments.cgroup = group >= 0 ? static_cast<std::uint64_t>(group) : 0;
  long pid = syscall(SYS_clone3, &arguments, sizeof arguments);
  // As in launch.cc: outer containers' filters.
  if (pid < 0 && errno == ENOSYS && group < 0)
    pid = syscall(SYS_clone, flags | CLONE_PARENT, nullptr, nullptr, nullptr, nullptr);
  return pid;
}

// The user namespace first: it brings the rights over the network.
[[noreturn]] void help(const JoinedNamespaces& namespaces, std::uint64_t flags, int group, int answers,
                       const std::function<void()>& run) {
  Answer answer{};
  if (setns(namespaces.user.get(), CLONE_NEWUSER) != 0 ||
      (namespaces.network && setns(namespaces.network.get(), CLONE_NEWNET) != 0))
    answer.error = errno;
  else if (const long pid = clone_beside(flags, group); pid < 0)
    answer.error = errno;
  else if (pid == 0) {
    // Else the supervisor would wait for an answer that a killed helper never gives.
    close(answers);
    run();
    _exit(125);
  } else
    answer.pid = static_cast<pid_t>(pid);
  _exit(write(answers, &answer, sizeof answer) == sizeof answer ? 0 : 125);
}

tl::unexpected<Error> failed(int error) {
  return fail({.step = "enter the namespaces", .err = error});
}

}  // namespace

Result<JoinedChild> clone_joined(const JoinedNamespaces& namespaces, std::uint64_t flags, int group,
                                 const std::function<void()>& run) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0)
    return failed(errno);
  const UniqueFd reads{ends[0]};
  UniqueFd writes{ends[1]};
  const pid_t helper = fork();
  if (helper < 0)
    return failed(errno);
  if (helper == 0)
    help(namespaces, flags, group, writes.get(), run);
  writes.reset();
  Answer answer{.pid = 0, .error = ESRCH};  // what an end without a word means
  ssize_t got = 0;
  do got = read(reads.get(), &answer, sizeof answer);
  while (got < 0 && errno == EINTR);
  while (waitpid(helper, nullptr, 0) < 0 && errno == EINTR) {
  }
  if (answer.error != 0)
    return failed(answer.error);
  // A child of this process, and not waited for: the number is still its own.
  UniqueFd pidfd{static_cast<int>(syscall(SYS_pidfd_open, answer.pid, 0U))};
  if (!pidfd)
    return fail({.step = "enter the namespaces",
                 .err = errno,
                 .hint = plan::hint_unknown_call(errno, "pidfd_open", "5.3")});
  return JoinedChild{.pid = answer.pid, .pidfd = std::move(pidfd)};
}

}  // namespace snug::launch
