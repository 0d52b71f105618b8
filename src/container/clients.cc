#include "container/clients.h"

#include <cerrno>
#include <cstring>

#include "container/control.h"

namespace snug {
namespace {

// A frame that had to wait: kind, a, then its bytes.
std::string keep(const FrameText& frame) {
  std::string kept(8, '\0');
  std::memcpy(kept.data(), &frame.kind, 4);
  std::memcpy(kept.data() + 4, &frame.a, 4);
  return kept.append(frame.data);
}

FrameText kept_frame(const std::string& kept) {
  FrameText frame;
  std::memcpy(&frame.kind, kept.data(), 4);
  std::memcpy(&frame.a, kept.data() + 4, 4);
  frame.data = std::string_view{kept}.substr(8);
  return frame;
}

}  // namespace

Client& Clients::add(UniqueFd socket) {
  return clients_.emplace_back(Client{.socket = std::move(socket)});
}

void Clients::tell(Client& client, const FrameText& frame, const int* fds, std::size_t count) {
  if (client.gone)
    return;
  Status status = client.behind.empty() || count > 0 ? send_frame(client.socket.get(), frame, fds, count)
                                                     : fail({.err = EAGAIN});
  if (status)
    return;
  if (status.error().err == EAGAIN && count == 0)
    client.behind.push_back(keep(frame));
  else
    client.gone = true;
}

void Clients::output(LogStream stream, std::string_view bytes) {
  for_each([&](Client& client) {
    if (client.attached)
      tell(client, {.kind = FrameKind::Output, .a = stream == LogStream::Out ? 1 : 2, .data = bytes});
  });
}

bool Clients::behind() const {
  for (const Client& client : clients_)
    if (!client.gone && !client.behind.empty())
      return true;
  return false;
}

void Clients::flush(Client& client) {
  while (!client.behind.empty()) {
    const Status status = send_frame(client.socket.get(), kept_frame(client.behind.front()));
    if (!status && status.error().err == EAGAIN)
      return;
    if (!status)
      client.gone = true;
    client.behind.pop_front();
  }
}

void Clients::read_from(Client& client) {
  // One frame at a time: whoever sends without end must not keep the others waiting.
  auto frame = receive_frame(client.socket.get());
  if (frame)
    return requests_.on_frame(client, *frame);
  if (frame.error().err == EAGAIN)
    return;
  if (frame.error().err == EPROTO)
    tell(client,
         {.kind = FrameKind::Refused, .b = EPROTO, .data = "another version of snug started this container"});
  client.gone = true;
}

void Clients::add_polls(std::vector<pollfd>& polls) {
  polls.push_back({.fd = listener_ ? listener_.get() : -1, .events = POLLIN, .revents = 0});
  for (const Client& client : clients_) {
    const bool reading = !client.attached || !client.has_input || requests_.takes_input();
    const int events = (reading ? POLLIN : 0) | (client.behind.empty() ? 0 : POLLOUT);
    polls.push_back({.fd = client.socket.get(), .events = static_cast<short>(events), .revents = 0});
  }
  polled_ = clients_.size();
}

std::size_t Clients::handle(const pollfd* polls) {
  std::size_t i = 1;
  for (Client& client : clients_) {
    if (i > polled_)
      break;  // has come since
    const short events = polls[i++].revents;
    if (events & POLLOUT)
      flush(client);
    if (!client.gone && (events & (POLLIN | POLLHUP | POLLERR)))
      read_from(client);
  }
  const std::size_t count = polled_ + 1;
  if (polls[0].revents)
    if (UniqueFd socket = accept_client(listener_.get()))
      add(std::move(socket));
  sweep();
  return count;
}

void Clients::sweep() {
  for (auto client = clients_.begin(); client != clients_.end();) {
    if (!client->gone) {
      ++client;
      continue;
    }
    requests_.on_gone(*client);
    client = clients_.erase(client);
  }
}

void Clients::finish() {
  sweep();
  while (behind()) {
    std::vector<pollfd> polls;
    for (const Client& client : clients_)
      polls.push_back(
          {.fd = client.behind.empty() ? -1 : client.socket.get(), .events = POLLOUT, .revents = 0});
    (void)poll(polls.data(), polls.size(), -1);
    std::size_t i = 0;
    for (Client& client : clients_)
      if (polls[i++].revents)
        flush(client);
    sweep();
  }
  clients_.clear();
}

}  // namespace snug
