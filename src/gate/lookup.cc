#include "gate/lookup.h"

// 1.34 would have ares_getaddrinfo in place of ares_gethostbyname, which it makes of it. In 1.18 they are
// two, and the latter is the one that heeds ARES_FLAG_NOSEARCH.
#define CARES_NO_DEPRECATED
#include <ares.h>
#include <netdb.h>
#include <sys/stat.h>

#include <algorithm>

namespace snug::gate {
namespace {

constexpr const char* kConfiguration = "/etc/resolv.conf";
constexpr int kTimeoutMs = 2500;
constexpr int kTries = 3;

// What changes when the machine moves to another network.
struct Stamp {
  dev_t device{};
  ino_t inode{};
  timespec modified{};
  bool operator==(const Stamp& other) const {
    return device == other.device && inode == other.inode && modified.tv_sec == other.modified.tv_sec &&
           modified.tv_nsec == other.modified.tv_nsec;
  }
};

Stamp stamp_of(const char* path) {
  struct stat info {};
  if (stat(path, &info) != 0)
    return {};
  return {info.st_dev, info.st_ino, info.st_mtim};
}

struct Socket : network::PollHandler {
  Socket(ares_channel owner, int number) : channel{owner}, fd{number} {}
  void on_events(std::uint32_t events) override {
    const bool reads = (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0;
    ares_process_fd(channel, reads ? fd : ARES_SOCKET_BAD, (events & EPOLLOUT) != 0 ? fd : ARES_SOCKET_BAD);
  }
  ares_channel channel;
  int fd;
};

// A configuration of the library. It is replaced when the machine's changes, and goes once nobody waits for
// it.
struct Channel : network::PollHandler {
  explicit Channel(network::EpollLoop& its_poller) : poller{its_poller} {
    ares_options options{};
    options.timeout = kTimeoutMs;
    options.tries = kTries;
    // A name is the whole name: with this machine's search domains behind it it would be another host.
    options.flags = ARES_FLAG_NOSEARCH;
    options.sock_state_cb = [](void* self, ares_socket_t fd, int reads, int writes) {
      static_cast<Channel*>(self)->watch(fd, reads != 0, writes != 0);
    };
    options.sock_state_cb_data = this;
    if (ares_init_options(&channel, &options,
                          ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB) !=
        ARES_SUCCESS)
      channel = nullptr;
  }
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;
  ~Channel() override {
    if (channel)
      ares_destroy(channel);
    poller.let_sleep(*this);
  }

  void watch(int fd, bool reads, bool writes) {
    const auto at = sockets.find(fd);
    if (at != sockets.end()) {
      poller.remove(fd);
      poller.discard(std::move(at->second));
      sockets.erase(at);
    }
    if (!reads && !writes)
      return;
    auto socket = std::make_unique<Socket>(channel, fd);
    if (poller.add(fd, (reads ? EPOLLIN : 0U) | (writes ? EPOLLOUT : 0U), *socket) == 0)
      sockets.emplace(fd, std::move(socket));
  }

  // A time-out, or the next one to wait for.
  void on_events(std::uint32_t) override {
    ares_process_fd(channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    wake();
  }
  void wake() {
    timeval left{};
    if (!ares_timeout(channel, nullptr, &left))
      return;
    poller.let_sleep(*this);
    poller.wake_at(network::EpollLoop::Clock::now() + std::chrono::seconds{left.tv_sec} +
                       std::chrono::microseconds{left.tv_usec} + std::chrono::milliseconds{1},
                   *this);
  }

  network::EpollLoop& poller;
  ares_channel channel{};
  std::map<int, std::unique_ptr<network::PollHandler>> sockets{};
};

// One question in two: IPv4 and IPv6.
struct Pending {
  Lookup::Take take;
  Lookup::Answer answer{};
  int waiting{2};
};

void take_answer(void* argument, int status, int, hostent* host) {
  auto* const pending = static_cast<Pending*>(argument);
  if (status != ARES_SUCCESS) {
    if (pending->answer.problem.empty() || status != ARES_ENODATA)
      pending->answer.problem = ares_strerror(status);
  } else {
    const bool four = host->h_addrtype == AF_INET;
    for (char** at = host->h_addr_list; *at; ++at) {
      IpAddress address{.family = four ? IpAddress::Family::V4 : IpAddress::Family::V6};
      std::copy_n(reinterpret_cast<const std::uint8_t*>(*at), four ? 4 : 16, address.bytes.begin());
      pending->answer.addresses.push_back(address.unmapped());
    }
  }
  if (--pending->waiting > 0)
    return;
  const std::unique_ptr<Pending> owned{pending};
  pending->take(pending->answer);
}

}  // namespace

struct Lookup::State {
  network::EpollLoop& poller;
  std::unique_ptr<Channel> channel{};
  Stamp stamp{};
};

Lookup::Lookup(network::EpollLoop& poller) : state_{std::make_unique<State>(State{.poller = poller})} {}
Lookup::~Lookup() = default;

void Lookup::ask(const std::string& name, Take take) {
  const Stamp stamp = stamp_of(kConfiguration);
  const bool idle = state_->channel && state_->channel->sockets.empty();
  if (!state_->channel || (idle && !(stamp == state_->stamp))) {
    state_->channel = std::make_unique<Channel>(state_->poller);
    state_->stamp = stamp;
  }
  Channel& channel = *state_->channel;
  if (!channel.channel) {
    state_->channel.reset();
    return take({.problem = "the name servers of this machine cannot be found out"});
  }
  auto* const pending = new Pending{.take = std::move(take)};
  ares_gethostbyname(channel.channel, name.c_str(), AF_INET6, take_answer, pending);
  ares_gethostbyname(channel.channel, name.c_str(), AF_INET, take_answer, pending);
  channel.wake();
}

}  // namespace snug::gate
