#include "files/worker.h"

#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>

#include "base/error_wire.h"
#include "base/unique_fd.h"
#include "files/range_maps.h"

namespace snug::files {
namespace {

constexpr std::size_t kMost = 64 << 10;

bool send_all(int socket, std::string_view message) {
  ssize_t sent = 0;
  do sent = send(socket, message.data(), message.size(), MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  return sent >= 0;
}

// In the child: asks for its map, and waits until it is there. End of file is the parent's death: then
// nothing may be done.
Status await_map(int socket) {
  if (unshare(CLONE_NEWUSER) != 0)
    return fail({.step = "create a user namespace for the files", .err = errno});
  char byte = 'm';
  if (write(socket, &byte, 1) != 1 || read(socket, &byte, 1) != 1 || byte != 'g')
    return fail({.step = "map the ids of the files"});
  return {};
}

[[noreturn]] void be_child(int socket, const MapRange* range, const Work& work) {
  // The caller may have died before this: then the socket says so at the first word.
  (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
  Status status = range ? await_map(socket) : Status{};
  if (status)
    status = work();
  const std::string answer = status ? std::string{"+"} : "-" + pack_error(status.error(), kMost);
  std::_Exit(!send_all(socket, answer));
}

Status run(const MapRange* range, const Work& work) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
    return fail({.step = "make a socket pair", .err = errno});
  UniqueFd ours{pair[0]};
  UniqueFd theirs{pair[1]};
  const pid_t pid = fork();
  if (pid < 0)
    return fail({.step = "fork", .err = errno});
  if (pid == 0) {
    ours.reset();
    be_child(theirs.get(), range, work);
  }
  theirs.reset();
  std::string answer(kMost + 1, '\0');
  const auto receive = [&] {
    ssize_t n = 0;
    do n = recv(ours.get(), answer.data(), answer.size(), 0);
    while (n < 0 && errno == EINTR);
    return n;
  };
  ssize_t size = receive();
  Status status{};
  if (size == 1 && answer[0] == 'm') {
    status = write_range_maps(pid, *range);
    if (status && !send_all(ours.get(), "g"))
      status = fail({.step = "tell a process of snug's own to go on", .err = errno});
    if (!status)
      ours.reset();  // else it would wait for the word
    size = status ? receive() : 0;
  }
  ours.reset();
  int ended = 0;
  while (waitpid(pid, &ended, 0) < 0 && errno == EINTR) {
  }
  if (!status)
    return status;
  if (size >= 1 && answer[0] == '+')
    return {};
  if (size > 1 && answer[0] == '-')
    return fail(unpack_error(std::string_view{answer}.substr(1, static_cast<std::size_t>(size) - 1)));
  return fail({.step = "a process of snug's own was killed", .hint = "out of memory? (dmesg tells)"});
}

}  // namespace

Status run_in_child(const Work& work) {
  return run(nullptr, work);
}

Status run_in_user_namespace(int user_namespace, const Work& work) {
  return run(nullptr, [&]() -> Status {
    if (setns(user_namespace, CLONE_NEWUSER) != 0)
      return fail({.step = "join the container's user namespace", .err = errno});
    return work();
  });
}

Status run_with_range(const MapRange& range, const Work& work) {
  return run(&range, work);
}

}  // namespace snug::files
