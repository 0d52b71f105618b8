#include "network/udp_relay.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace snug::network {
namespace {

// The default of conntrack for a UDP stream: nf_conntrack_udp_timeout_stream.
constexpr std::chrono::seconds kSilence{120};
constexpr std::chrono::seconds kLook{15};
// Beyond it the one that has been silent for longest makes room.
constexpr std::size_t kMostSessions = 4096;
constexpr int kDatagramsAtOnce = 64;
constexpr std::size_t kLargest = 65535;

}  // namespace

// One peer's, inside.
class UdpSession : public PollHandler {
 public:
  UdpSession(UdpListener& listener, const SocketAddress& peer) : listener_{listener}, peer_{peer} {}

  bool open(Inside::Attempt attempt) {
    attempt_ = attempt;
    socket_ = listener_.inside_.connect(SOCK_DGRAM, peer_, listener_.listener_.container, attempt);
    return socket_ && listener_.poller_.add(socket_.get(), EPOLLIN, *this) == 0;
  }

  void send_in(const char* bytes, std::size_t size) {
    touch();
    if (send(socket_.get(), bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0 || errno != ECONNREFUSED)
      return;  // what does not fit is lost, as on any way of UDP's
    // Nobody listens there: the answer to what was sent before. Perhaps on the other loopback.
    if (!answered_ &&
        open(attempt_ == Inside::Attempt::First ? Inside::Attempt::Second : Inside::Attempt::First))
      (void)send(socket_.get(), bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
  }

  void on_events(std::uint32_t) override {
    for (int i = 0; i < kDatagramsAtOnce; ++i) {
      const ssize_t n = recv(socket_.get(), listener_.buffer_.get(), kLargest, MSG_DONTWAIT);
      if (n < 0)
        return;
      answered_ = true;
      touch();
      listener_.answer(*this, listener_.buffer_.get(), static_cast<std::size_t>(n));
    }
  }

  const SocketAddress& peer() const { return peer_; }
  EpollLoop::Clock::time_point last() const { return last_; }
  UdpListener::Destination destination{};
  SocketAddress from{};  // the peer, as the listening socket has its address

 private:
  void touch() { last_ = EpollLoop::Clock::now(); }

  UdpListener& listener_;
  SocketAddress peer_;
  UniqueFd socket_;
  Inside::Attempt attempt_{Inside::Attempt::First};
  bool answered_{};
  EpollLoop::Clock::time_point last_{EpollLoop::Clock::now()};
};

UdpListener::UdpListener(Listener listener, const Inside& inside, EpollLoop& poller)
    : listener_{std::move(listener)}, inside_{inside}, poller_{poller}, buffer_{new char[kLargest]} {}
UdpListener::~UdpListener() = default;

int UdpListener::start() {
  return poller_.add(listener_.socket.get(), EPOLLIN, *this);
}

void UdpListener::on_events(std::uint32_t events) {
  if (events == 0)
    return expire();
  for (int i = 0; i < kDatagramsAtOnce && receive_one(); ++i) {
  }
}

bool UdpListener::receive_one() {
  sockaddr_storage storage{};
  iovec part{.iov_base = buffer_.get(), .iov_len = kLargest};
  alignas(cmsghdr) char control[256];
  msghdr message{};
  message.msg_name = &storage;
  message.msg_namelen = sizeof storage;
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  const ssize_t n = recvmsg(listener_.socket.get(), &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (n < 0)
    return errno == EINTR;
  const SocketAddress from = SocketAddress::of(storage, message.msg_namelen);
  Destination destination;
  for (cmsghdr* part_of = CMSG_FIRSTHDR(&message); part_of; part_of = CMSG_NXTHDR(&message, part_of)) {
    const bool four = part_of->cmsg_level == IPPROTO_IP && part_of->cmsg_type == IP_PKTINFO;
    const bool six = part_of->cmsg_level == IPPROTO_IPV6 && part_of->cmsg_type == IPV6_PKTINFO;
    if ((!four && !six) || part_of->cmsg_len > destination.bytes.size())
      continue;
    destination.size = CMSG_SPACE(four ? sizeof(in_pktinfo) : sizeof(in6_pktinfo));
    std::memcpy(destination.bytes.data(), part_of, part_of->cmsg_len);
    // By any device: the route decides, as for an answer of the machine's own.
    if (four)
      reinterpret_cast<in_pktinfo*>(CMSG_DATA(reinterpret_cast<cmsghdr*>(destination.bytes.data())))
          ->ipi_ifindex = 0;
  }
  if (UdpSession* session = session_of(from, destination))
    session->send_in(buffer_.get(), static_cast<std::size_t>(n));
  return true;
}

UdpSession* UdpListener::session_of(const SocketAddress& peer, const Destination& destination) {
  const auto known = sessions_.find(peer);
  if (known != sessions_.end()) {
    known->second->destination = destination;
    return known->second.get();
  }
  if (sessions_.size() >= kMostSessions)
    forget(
        std::ranges::min_element(sessions_, {}, [](const auto& each) { return each.second->last(); })->first);
  auto session = std::make_unique<UdpSession>(*this, peer.unmapped());
  session->destination = destination;
  session->from = peer;
  if (!session->open(Inside::Attempt::First))
    return nullptr;
  if (!std::exchange(expiring_, true))
    poller_.wake_at(EpollLoop::Clock::now() + kLook, *this);
  return (sessions_[peer] = std::move(session)).get();
}

void UdpListener::answer(const UdpSession& session, const char* bytes, std::size_t size) {
  iovec part{.iov_base = const_cast<char*>(bytes), .iov_len = size};
  Destination source = session.destination;
  msghdr message{};
  message.msg_name = const_cast<sockaddr*>(session.from.get());
  message.msg_namelen = session.from.size();
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = source.size ? source.bytes.data() : nullptr;
  message.msg_controllen = source.size;
  (void)sendmsg(listener_.socket.get(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

void UdpListener::forget(const SocketAddress& peer) {
  const auto found = sessions_.find(peer);
  poller_.discard(std::move(found->second));
  sessions_.erase(found);
}

void UdpListener::expire() {
  const auto oldest = EpollLoop::Clock::now() - kSilence;
  for (auto each = sessions_.begin(); each != sessions_.end();)
    if (each->second->last() < oldest) {
      poller_.discard(std::move(each->second));
      each = sessions_.erase(each);
    } else {
      ++each;
    }
  expiring_ = !sessions_.empty();
  if (expiring_)
    poller_.wake_at(EpollLoop::Clock::now() + kLook, *this);
}

}  // namespace snug::network
