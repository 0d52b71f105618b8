#include "network/tcp_connection.h"

#include <fcntl.h>
#include <netinet/tcp.h>

#include <cerrno>

namespace snug {
namespace {

constexpr std::size_t kChunk = 1 << 20;
constexpr int kRounds = 16;
// Edge-triggered: each side is read and written until it waits, and tells when it no longer does.
constexpr std::uint32_t kEvents = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
constexpr std::chrono::milliseconds kNoPipe{20};

// What is small goes at once: a relay must not add to the wait.
void no_delay(int fd) {
  const int on = 1;
  (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

void reset_at_close(int fd) {
  const linger now{.l_onoff = 1, .l_linger = 0};
  (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

ssize_t move_bytes(int from, int to, std::size_t most) {
  ssize_t n = 0;
  do n = splice(from, nullptr, to, nullptr, most, SPLICE_F_NONBLOCK | SPLICE_F_MOVE);
  while (n < 0 && errno == EINTR);
  return n;
}

}  // namespace

void TcpConnection::begin(std::unique_ptr<TcpConnection> connection) {
  TcpConnection* const self = connection.release();
  no_delay(self->outer_.get());
  if (!self->connect_inside(Inside::Attempt::First) ||
      self->poller_.add(self->outer_.get(), kEvents, *self) != 0)
    self->abort();
}

bool TcpConnection::connect_inside(Inside::Attempt attempt) {
  attempt_ = attempt;
  inner_ = inside_.connect(SOCK_STREAM, peer_, port_, attempt);
  if (!inner_ && errno == ECONNREFUSED && attempt == Inside::Attempt::First)
    return connect_inside(Inside::Attempt::Second);
  if (!inner_)
    return false;
  no_delay(inner_.get());
  return poller_.add(inner_.get(), kEvents, *this) == 0;
}

// False where there is nothing to go on with.
bool TcpConnection::finish_connecting() {
  int error = 0;
  socklen_t size = sizeof error;
  if (getsockopt(inner_.get(), SOL_SOCKET, SO_ERROR, &error, &size) != 0)
    return false;
  if (error == ECONNREFUSED && attempt_ == Inside::Attempt::First)
    return connect_inside(Inside::Attempt::Second);
  if (error != 0)
    return false;
  tcp_info info{};
  size = sizeof info;
  connected_ = getsockopt(inner_.get(), IPPROTO_TCP, TCP_INFO, &info, &size) == 0 &&
               info.tcpi_state != TCP_SYN_SENT && info.tcpi_state != TCP_CLOSE;
  return true;
}

TcpConnection::Progress TcpConnection::pump(Flow& flow, int from, int to) {
  for (int i = 0; i < kRounds; ++i) {
    const bool was_empty = flow.held == 0;
    bool nothing_came = flow.ended;
    if (!flow.ended) {
      if (!flow.pipe && !(flow.pipe = pipes_.take())) {
        poller_.wake_at(Poller::Clock::now() + kNoPipe, *this);
        return Progress::Waits;
      }
      const ssize_t n = move_bytes(from, flow.pipe.writes.get(), kChunk);
      if (n < 0 && errno != EAGAIN)
        return Progress::Failed;
      flow.ended = n == 0;
      nothing_came = n <= 0;
      flow.held += n > 0 ? static_cast<std::size_t>(n) : 0;
    }
    if (flow.held > 0) {
      const ssize_t n = move_bytes(flow.pipe.reads.get(), to, flow.held);
      if (n < 0)
        return errno == EAGAIN ? Progress::Waits : Progress::Failed;
      flow.held -= static_cast<std::size_t>(n);
    }
    // A pipe that was full says EAGAIN too: only of an empty one it means that nothing is there.
    if (nothing_came && was_empty && flow.held == 0)
      break;
    if (i + 1 == kRounds)
      return Progress::Goes;
  }
  release(flow);
  if (flow.ended && !flow.done) {
    flow.done = true;
    (void)shutdown(to, SHUT_WR);
  }
  return Progress::Waits;
}

void TcpConnection::release(Flow& flow) {
  if (flow.pipe)
    pipes_.give_back(std::exchange(flow.pipe, {}));
}

void TcpConnection::abort() {
  for (const UniqueFd* fd : {&outer_, &inner_})
    if (*fd)
      reset_at_close(fd->get());
  end();
}

void TcpConnection::end() {
  outer_.reset();
  inner_.reset();
  poller_.discard(std::unique_ptr<PollHandler>{this});
}

void TcpConnection::on_events(std::uint32_t) {
  if (!connected_ && !finish_connecting())
    return abort();
  if (!connected_)
    return;
  const Progress in = in_.done ? Progress::Waits : pump(in_, outer_.get(), inner_.get());
  const Progress out = out_.done ? Progress::Waits : pump(out_, inner_.get(), outer_.get());
  if (in == Progress::Failed || out == Progress::Failed)
    return abort();
  if (in_.done && out_.done)
    return end();
  if (in == Progress::Goes || out == Progress::Goes)
    poller_.wake_soon(*this);
}

}  // namespace snug
