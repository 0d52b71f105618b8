#include "gate/gate_network.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <memory>
#include <optional>

#include "gate/gate_link.h"
#include "gate/name_table.h"
#include "gate/watch_filter.h"
#include "network/socket_address.h"

namespace snug::gate {
namespace {

constexpr std::uint16_t kDomain = 53;
constexpr int kBacklog = 4096;
// Ten thousand questions a second come in bursts.
constexpr int kDnsBuffer = 1 << 20;

std::string stage_text(GateStage stage, std::uint32_t port) {
  switch (stage) {
    case GateStage::Join:
      return "join the sandbox's network";
    case GateStage::Network:
      return "make the gate's network";
    case GateStage::Link:
      return "make the gate's device (veth)";
    case GateStage::Address:
      return "give the gate's network its addresses";
    case GateStage::Loopback:
      return "raise the loopback of the gate's network";
    case GateStage::Socket:
      return "open the gate's name server";
    case GateStage::Listen:
      return fmt::format("listen at port {} of the gate", port);
  }
  return "set up the gate";
}

// What the child does, and what comes of it.
class Maker {
 public:
  bool join(const UniqueFd& user, const UniqueFd& network) {
    return setns(user.get(), CLONE_NEWUSER) == 0 && setns(network.get(), CLONE_NEWNET) == 0
               ? true
               : failed(GateStage::Join, errno);
  }
  bool failed(GateStage stage, int error, std::uint16_t port = 0) {
    error_ = Error{.step = stage_text(stage, port), .err = error};
    return false;
  }
  void add(GateSocket::Kind kind, UniqueFd fd, std::uint16_t port = 0) {
    sockets_.push_back({kind, port, std::move(fd)});
  }

  bool listen_at(const std::vector<std::uint16_t>& ports) {
    for (const std::uint16_t port : ports) {
      UniqueFd fd = listening(port);
      if (!fd)
        return failed(GateStage::Listen, errno, port);
      add(GateSocket::Kind::Listener, std::move(fd), port);
    }
    return true;
  }

  bool serve_names(IpAddress::Family family) {
    const network::SocketAddress address{NameTable::gate(family).text(), kDomain};
    for (const int type : {SOCK_DGRAM, SOCK_STREAM}) {
      UniqueFd fd{socket(address.family(), type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
      if (!fd || bind(fd.get(), address.get(), address.size()) != 0 ||
          (type == SOCK_STREAM && listen(fd.get(), kBacklog) != 0))
        return failed(GateStage::Socket, errno);
      if (type == SOCK_DGRAM)
        (void)setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &kDnsBuffer, sizeof kDnsBuffer);
      add(type == SOCK_DGRAM ? GateSocket::Kind::DnsDatagram : GateSocket::Kind::DnsStream, std::move(fd));
    }
    return true;
  }

  Result<std::vector<GateSocket>> take() {
    return error_ ? Result<std::vector<GateSocket>>{tl::unexpected{*std::move(error_)}} : std::move(sockets_);
  }

 private:
  // Of both families, where the kernel has both.
  static UniqueFd listening(std::uint16_t port) {
    UniqueFd fd{socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    const bool six = static_cast<bool>(fd);
    if (!six)
      fd.reset(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const int on = 1;
    const int off = 0;
    const network::SocketAddress any{six ? "::" : "0.0.0.0", port};
    if (!fd || setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        (six && setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) != 0) ||
        bind(fd.get(), any.get(), any.size()) != 0 || listen(fd.get(), kBacklog) != 0)
      return {};
    return fd;
  }

  std::vector<GateSocket> sockets_{};
  std::optional<Error> error_{};
};

using Work = std::function<void(Maker&)>;

struct Borrowed {
  const Work& work;
  Maker maker{};
  bool done{};
};

int run_borrowed(void* argument) {
  auto& borrowed = *static_cast<Borrowed*>(argument);
  borrowed.work(borrowed.maker);
  borrowed.done = true;
  return 0;
}

Result<std::vector<GateSocket>> in_child(const Work& work) {
  constexpr std::size_t kStack = 256 << 10;
  const auto stack = std::make_unique_for_overwrite<char[]>(kStack);
  Borrowed borrowed{.work = work};
  // CLONE_VFORK: one of the two runs at a time, and the C library's locks never see both.
  const pid_t pid =
      clone(run_borrowed, stack.get() + kStack, CLONE_VM | CLONE_VFORK | CLONE_FILES | SIGCHLD, &borrowed);
  if (pid < 0)
    return fail({.step = "start the process that sets up the gate", .err = errno});
  while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  // New capabilities close a process's memory to its own user, and the memory is this process's (capabilities
  // of a namespace that only the child is in).
  (void)prctl(PR_SET_DUMPABLE, 1);
  return borrowed.done ? borrowed.maker.take()
                       : fail({.step = "set up the gate", .hint = "the process that does it was killed"});
}

}  // namespace

Result<std::vector<GateSocket>> make_gate_network(const UniqueFd& user_namespace,
                                                  const UniqueFd& network_namespace,
                                                  const std::vector<std::uint16_t>& ports) {
  return in_child([&](Maker& maker) {
    GateLink link = make_gate_link(user_namespace.get(), network_namespace.get());
    if (link.error != 0)
      return (void)maker.failed(link.stage, link.error);
    maker.add(GateSocket::Kind::Network, std::move(link.network));
    if (!maker.serve_names(IpAddress::Family::V4) || (link.ipv6 && !maker.serve_names(IpAddress::Family::V6)))
      return;
    if (UniqueFd watch = open_watch())
      maker.add(GateSocket::Kind::Watch, std::move(watch));
    maker.listen_at(ports);
  });
}

Result<std::vector<GateSocket>> open_gate_listeners(const UniqueFd& user_namespace,
                                                    const UniqueFd& gate_network,
                                                    const std::vector<std::uint16_t>& ports) {
  return in_child([&](Maker& maker) {
    if (maker.join(user_namespace, gate_network))
      maker.listen_at(ports);
  });
}

}  // namespace snug::gate
