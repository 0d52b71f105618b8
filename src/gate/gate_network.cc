#include "gate/gate_network.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <functional>

#include "gate/gate_link.h"
#include "gate/name_table.h"
#include "gate/serve.h"
#include "gate/watch_filter.h"
#include "network/socket_address.h"
#include "sys/fd_passing.h"

namespace snug {
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

// From the process that makes sockets: one of them with its kind, the end, or what failed.
struct MakerMessage {
  enum class What : std::uint32_t { Socket, Done, Failed };
  What what{};
  GateSocket::Kind kind{};
  std::uint32_t port{};
  std::int32_t error{};
  GateStage stage{};
};

// What the process that joins does, and how it tells.
class Maker {
 public:
  explicit Maker(int channel) : channel_{channel} {}

  void hand_over(GateSocket::Kind kind, int fd, std::uint16_t port = 0) {
    const MakerMessage message{.what = MakerMessage::What::Socket, .kind = kind, .port = port};
    if (send_with_fd(channel_, &message, sizeof message, fd) != 0)
      _exit(1);
  }
  [[noreturn]] void fail_with(GateStage stage, int error, std::uint16_t port = 0) {
    tell({.what = MakerMessage::What::Failed, .port = port, .error = error, .stage = stage});
    _exit(1);
  }
  [[noreturn]] void end() {
    tell({.what = MakerMessage::What::Done});
    _exit(0);
  }

  void listen_at(const std::vector<std::uint16_t>& ports) {
    for (const std::uint16_t port : ports) {
      const UniqueFd fd = listening(port);
      if (!fd)
        fail_with(GateStage::Listen, errno, port);
      hand_over(GateSocket::Kind::Listener, fd.get(), port);
    }
  }

  void serve_names(IpAddress::Family family) {
    const SocketAddress address{NameTable::gate(family).text(), kDomain};
    for (const int type : {SOCK_DGRAM, SOCK_STREAM}) {
      const UniqueFd fd{socket(address.family(), type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
      if (!fd || bind(fd.get(), address.get(), address.size()) != 0 ||
          (type == SOCK_STREAM && listen(fd.get(), kBacklog) != 0))
        fail_with(GateStage::Socket, errno);
      if (type == SOCK_DGRAM)
        (void)setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &kDnsBuffer, sizeof kDnsBuffer);
      hand_over(type == SOCK_DGRAM ? GateSocket::Kind::DnsDatagram : GateSocket::Kind::DnsStream, fd.get());
    }
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
    const SocketAddress any{six ? "::" : "0.0.0.0", port};
    if (!fd || setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        (six && setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) != 0) ||
        bind(fd.get(), any.get(), any.size()) != 0 || listen(fd.get(), kBacklog) != 0)
      return {};
    return fd;
  }

  void tell(const MakerMessage& message) { (void)send_with_fd(channel_, &message, sizeof message, -1); }

  int channel_;
};

Result<std::vector<GateSocket>> collect(int channel) {
  std::vector<GateSocket> sockets;
  while (true) {
    MakerMessage message;
    UniqueFd fd;
    const ssize_t got = receive_with_fd(channel, &message, sizeof message, fd);
    if (got == 0)
      return fail({.step = "set up the gate", .hint = "the process that does it was killed"});
    if (got != sizeof message)
      return fail({.step = "set up the gate", .err = got < 0 ? static_cast<int>(-got) : EBADMSG});
    if (message.what == MakerMessage::What::Done)
      return sockets;
    if (message.what == MakerMessage::What::Failed)
      return fail({.step = stage_text(message.stage, message.port), .err = message.error});
    sockets.push_back({message.kind, static_cast<std::uint16_t>(message.port), std::move(fd)});
  }
}

struct Child {
  pid_t pid{};
  UniqueFd sockets{};
};

Result<Child> start_child(const std::function<void(Maker&)>& work) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    return fail({.step = "set up the gate", .err = errno});
  Child child{.sockets = UniqueFd{ends[0]}};
  const UniqueFd theirs{ends[1]};
  child.pid = fork();
  if (child.pid < 0)
    return fail({.step = "start the process that sets up the gate", .err = errno});
  if (child.pid == 0) {
    child.sockets.reset();
    Maker maker{theirs.get()};
    work(maker);
    maker.end();
  }
  return child;
}

// Empty where the supervisor has gone, or says something else.
UniqueFd receive_namespace(int channel, char kind) {
  char said = 0;
  UniqueFd fd;
  const ssize_t n = receive_with_fd(channel, &said, sizeof said, fd);
  return n == 1 && said == kind ? std::move(fd) : UniqueFd{};
}

void make_network(Maker& maker, int channel, const std::vector<std::uint16_t>& ports) {
  const UniqueFd user = receive_namespace(channel, kUserMessage);
  const UniqueFd network = user ? receive_namespace(channel, kNetworkMessage) : UniqueFd{};
  if (!network)
    _exit(1);
  const GateLink link = make_gate_link(user.get(), network.get());
  if (link.error != 0)
    maker.fail_with(link.stage, link.error);
  maker.hand_over(GateSocket::Kind::Network, link.network.get());
  maker.serve_names(IpAddress::Family::V4);
  if (link.ipv6)
    maker.serve_names(IpAddress::Family::V6);
  if (const UniqueFd watch = open_watch())
    maker.hand_over(GateSocket::Kind::Watch, watch.get());
  maker.listen_at(ports);
}

}  // namespace

Result<NetworkMaker> NetworkMaker::begin(int channel, const std::vector<std::uint16_t>& ports) {
  auto child = start_child([&](Maker& maker) { make_network(maker, channel, ports); });
  if (!child)
    return tl::unexpected{std::move(child).error()};
  return NetworkMaker{std::move(child->sockets)};
}

Result<std::vector<GateSocket>> NetworkMaker::finish() {
  return collect(sockets_.get());
}

Result<std::vector<GateSocket>> open_gate_listeners(const UniqueFd& user_namespace,
                                                    const UniqueFd& gate_network,
                                                    const std::vector<std::uint16_t>& ports) {
  auto child = start_child([&](Maker& maker) {
    if (setns(user_namespace.get(), CLONE_NEWUSER) != 0 || setns(gate_network.get(), CLONE_NEWNET) != 0)
      maker.fail_with(GateStage::Join, errno);
    maker.listen_at(ports);
  });
  if (!child)
    return tl::unexpected{std::move(child).error()};
  auto sockets = collect(child->sockets.get());
  while (waitpid(child->pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  return sockets;
}

}  // namespace snug
