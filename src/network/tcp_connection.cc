#include "network/tcp_connection.h"

#include <netinet/tcp.h>

#include <cerrno>

#include "base/ip_address.h"

namespace snug::network {

void TcpConnection::begin(std::unique_ptr<TcpConnection> connection) {
  TcpConnection* const self = connection.release();
  no_delay(self->outer_.get());
  if (special_purpose(self->peer_.ip()) == "loopback")
    queue_little(self->outer_.get());
  if (!self->connect_inside(Inside::Attempt::First) ||
      self->poller_.add(self->outer_.get(), kFlowEvents, self->outer_end_) != 0)
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
  queue_little(inner_.get());
  return poller_.add(inner_.get(), kFlowEvents, inner_end_) == 0;
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
  if (connected_)
    move({});
}

void TcpConnection::on_end(Side side, std::uint32_t events) {
  // It may have ended by an earlier event of this round.
  if (!outer_)
    return;
  if (!connected_)
    return on_events(0);
  move(flows_.turn_for(side, events));
}

void TcpConnection::move(Ways ways) {
  const auto in = flows_.in.pump(outer_.get(), inner_.get(), ways.inward, pipes_, poller_, *this);
  const auto out = flows_.out.pump(inner_.get(), outer_.get(), ways.outward, pipes_, poller_, *this);
  if (in == Flow::Progress::Failed || out == Flow::Progress::Failed)
    return abort();
  if (flows_.in.done() && flows_.out.done())
    return end();
  if (in == Flow::Progress::Goes || out == Flow::Progress::Goes)
    poller_.wake_soon(*this);
}

}  // namespace snug::network
