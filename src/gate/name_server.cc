#include "gate/name_server.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>

#include "spec/host_name.h"

namespace snug::gate {
namespace {

constexpr int kQuestionsPerTurn = 256;
constexpr std::size_t kLongest = 4096;
constexpr std::chrono::seconds kIdle{10};

// Asked beside an address by programs that do well without: who listens (SRV), what an address is called
// (PTR), whose zone it is. A refusal of these is not worth a line to anybody.
constexpr std::array<std::uint16_t, 5> kQuiet{2, 6, 12, 33, 35};

bool asks_for_address(std::uint16_t type) {
  return type == dns::kA || type == dns::kAaaa || type == dns::kHttps || type == dns::kSvcb;
}

void tell_refused(GateState& gate, const std::string& name, std::uint16_t type) {
  const bool address = asks_for_address(type);
  if (!address && std::ranges::find(kQuiet, type) != kQuiet.end())
    return;
  gate.reporter.report({.decision = GateEvent::Decision::Denied,
                        .protocol = "dns",
                        .host = name,
                        .reason = address ? "no rule allows it"
                                          : fmt::format("only addresses are answered, not type {}", type)});
}

}  // namespace

std::optional<std::vector<std::uint8_t>> answer_query(std::span<const std::uint8_t> message, bool ipv6,
                                                      GateState& gate) {
  constexpr std::size_t kHeader = 12;
  if (message.size() < kHeader || (message[2] & 0x80) != 0)
    return std::nullopt;
  const auto query = dns::parse_query(message);
  if (!query) {
    // The header alone: whoever waits for an answer need not wait any longer.
    std::vector<std::uint8_t> bytes{message[0], message[1], 0x80,
                                    static_cast<std::uint8_t>(dns::Code::FormatError)};
    bytes.resize(kHeader);
    return bytes;
  }
  if (query->opcode != 0)
    return dns::answer(*query, dns::Code::NotImplemented, {});
  const std::string name = spec::plain_host_name(query->name);
  const bool open = !name.empty() && gate.rules.opens(name);
  if (!open)
    tell_refused(gate, name.empty() ? query->name : name, query->type);
  if (query->question_class != 1 || !asks_for_address(query->type))
    return dns::answer(*query, dns::Code::Refused, {});
  if (!open)
    return dns::answer(*query, dns::Code::NoSuchName, {});
  const bool six = query->type == dns::kAaaa;
  if ((query->type != dns::kA && !six) || (six && !ipv6))
    return dns::answer(*query, dns::Code::None, {});
  const auto address = gate.names.address_of(name, six ? IpAddress::Family::V6 : IpAddress::Family::V4);
  if (!address)
    return dns::answer(*query, dns::Code::ServerFailure, {});
  return dns::answer(*query, dns::Code::None, {&*address, 1});
}

void DatagramNames::on_events(std::uint32_t) {
  std::array<std::uint8_t, kLongest> bytes;
  for (int i = 0; i < kQuestionsPerTurn; ++i) {
    sockaddr_storage from{};
    socklen_t size = sizeof from;
    const ssize_t n =
        recvfrom(socket_.get(), bytes.data(), bytes.size(), 0, reinterpret_cast<sockaddr*>(&from), &size);
    if (n < 0 && errno != EINTR && errno != ECONNREFUSED)
      return;
    if (n <= 0)
      continue;
    if (const auto reply = answer_query({bytes.data(), static_cast<std::size_t>(n)}, ipv6_, gate_))
      (void)sendto(socket_.get(), reply->data(), reply->size(), 0, reinterpret_cast<sockaddr*>(&from), size);
  }
}

namespace {

// One connection, its own owner. A program that asks and never reads the answers is cut off.
class StreamAsker : public network::PollHandler {
 public:
  StreamAsker(UniqueFd socket, bool ipv6, GateState& gate)
      : socket_{std::move(socket)}, ipv6_{ipv6}, gate_{gate} {}

  static void begin(std::unique_ptr<StreamAsker> asker) {
    StreamAsker* const self = asker.release();
    if (self->gate_.poller.add(self->socket_.get(), EPOLLIN | EPOLLRDHUP, *self) != 0)
      return self->end();
    self->rest();
  }

  void on_events(std::uint32_t events) override {
    if (events == 0 || !read_some())
      return end();
    gate_.poller.let_sleep(*this);
    rest();
  }

 private:
  void rest() { gate_.poller.wake_at(network::EpollLoop::Clock::now() + kIdle, *this); }

  bool read_some() {
    std::array<std::uint8_t, kLongest> bytes;
    const ssize_t n = recv(socket_.get(), bytes.data(), bytes.size(), 0);
    if (n <= 0)
      return n < 0 && (errno == EAGAIN || errno == EINTR);
    came_.insert(came_.end(), bytes.begin(), bytes.begin() + n);
    while (came_.size() >= 2) {
      const std::size_t size = static_cast<std::size_t>(came_[0]) << 8 | came_[1];
      if (size > kLongest)
        return false;
      if (came_.size() < 2 + size)
        break;
      const auto reply = answer_query(std::span{came_}.subspan(2, size), ipv6_, gate_);
      if (!reply || !send_reply(*reply))
        return false;
      came_.erase(came_.begin(), came_.begin() + static_cast<std::ptrdiff_t>(2 + size));
    }
    return true;
  }

  bool send_reply(std::vector<std::uint8_t> reply) {
    const auto size = static_cast<std::uint16_t>(reply.size());
    reply.insert(reply.begin(), {static_cast<std::uint8_t>(size >> 8), static_cast<std::uint8_t>(size)});
    return send(socket_.get(), reply.data(), reply.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(reply.size());
  }

  void end() {
    socket_.reset();
    gate_.poller.discard(std::unique_ptr<network::PollHandler>{this});
  }

  UniqueFd socket_;
  bool ipv6_;
  GateState& gate_;
  std::vector<std::uint8_t> came_{};
};

}  // namespace

void StreamNames::on_events(std::uint32_t) {
  for (int i = 0; i < kQuestionsPerTurn; ++i) {
    UniqueFd socket{accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)};
    if (!socket)
      return;
    StreamAsker::begin(std::make_unique<StreamAsker>(std::move(socket), ipv6_, gate_));
  }
}

}  // namespace snug::gate
