#include "network/forwarder.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "network/close_others.h"
#include "network/confine_relay.h"
#include "network/local_routes.h"
#include "network/relay_process.h"
#include "network/tcp_relay.h"
#include "network/udp_relay.h"

namespace snug::network {
namespace {

int join(const UniqueFd& user_namespace, const UniqueFd& network_namespace, pid_t parent) {
  if (setns(user_namespace.get(), CLONE_NEWUSER) != 0 || setns(network_namespace.get(), CLONE_NEWNET) != 0)
    return errno;
  return die_with(parent);
}

// Until it is killed. `ready` gets an errno, 0 where all is well.
[[noreturn]] void forward(std::vector<Listener> listeners, const UniqueFd& user_namespace,
                          const UniqueFd& network_namespace, pid_t parent, int ready) {
  const auto say = [&](int error) {
    (void)!write(ready, &error, sizeof error);
    if (error != 0)
      _exit(1);
  };
  if (const int error = join(user_namespace, network_namespace, parent))
    say(error);
  std::vector<int> kept{ready};
  for (const Listener& listener : listeners) kept.push_back(listener.socket.get());
  close_others(std::move(kept));
  raise_descriptor_limit();
  (void)signal(SIGPIPE, SIG_IGN);
  const bool transparent = add_local_routes() == 0;
  auto poller = EpollLoop::make();
  if (!poller)
    say(poller.error().err);
  if (const int error = confine_relay({.net_admin = transparent}))
    say(error);
  const Inside inside{transparent};
  PipePool pipes;
  std::vector<std::unique_ptr<PollHandler>> handlers;
  for (Listener& listener : listeners) {
    int error = 0;
    if (listener.protocol == spec::Protocol::Tcp) {
      auto tcp = std::make_unique<TcpListener>(std::move(listener), inside, pipes, *poller);
      error = tcp->start();
      handlers.push_back(std::move(tcp));
    } else {
      auto udp = std::make_unique<UdpListener>(std::move(listener), inside, *poller);
      error = udp->start();
      handlers.push_back(std::move(udp));
    }
    if (error != 0)
      say(error);
  }
  say(0);
  close(ready);
  while (poller->run_once() == 0) {
  }
  _exit(1);
}

// A connection has two descriptors, and one process may have so many: several share the listening sockets
// where it takes them for ten thousand connections.
unsigned workers() {
  constexpr rlim_t kWanted = 24'000;
  constexpr rlim_t kMost = 8;
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_max == 0)
    return 1;
  return static_cast<unsigned>(std::clamp<rlim_t>((kWanted + limit.rlim_max - 1) / limit.rlim_max, 1, kMost));
}

}  // namespace

Status Forwarder::start_one(std::vector<Listener> listeners, const UniqueFd& user_namespace,
                            const UniqueFd& network_namespace) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0)
    return fail({.step = "start the forwarder of published ports", .err = errno});
  const UniqueFd reads{ends[0]};
  UniqueFd writes{ends[1]};
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid < 0)
    return fail({.step = "start the forwarder of published ports", .err = errno});
  if (pid == 0)
    forward(std::move(listeners), user_namespace, network_namespace, parent, writes.get());
  pids_.push_back(pid);
  writes.reset();
  int error = ESRCH;  // what an end without a word means
  ssize_t n = 0;
  do n = read(reads.get(), &error, sizeof error);
  while (n < 0 && errno == EINTR);
  return error == 0 ? Status{} : fail({.step = "set up the forwarder of published ports", .err = error});
}

Status Forwarder::start(std::vector<Listener> listeners, UniqueFd user_namespace,
                        UniqueFd network_namespace) {
  const unsigned count = workers();
  for (unsigned i = 0; i < count; ++i) {
    std::vector<Listener> mine;
    for (const Listener& listener : listeners) {
      // What a UDP peer has sent goes to one process, which knows the peer.
      if (i > 0 && listener.protocol != spec::Protocol::Tcp)
        continue;
      UniqueFd socket{fcntl(listener.socket.get(), F_DUPFD_CLOEXEC, 3)};
      if (!socket)
        return fail({.step = "hand a published port to its forwarder", .err = errno});
      mine.push_back({.socket = std::move(socket),
                      .address = listener.address,
                      .host = listener.host,
                      .container = listener.container,
                      .protocol = listener.protocol});
    }
    if (mine.empty())
      break;
    if (Status status = start_one(std::move(mine), user_namespace, network_namespace); !status) {
      stop();
      return status;
    }
  }
  return {};
}

void Forwarder::stop() {
  // The pids are still ours: they have not been waited for.
  for (const pid_t pid : pids_) (void)kill(pid, SIGKILL);
  for (const pid_t pid : pids_)
    while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
  pids_.clear();
}

}  // namespace snug::network
