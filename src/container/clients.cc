#include "container/clients.h"

#include <cerrno>
#include <cstring>

#include "container/control.h"

namespace snug::container {
namespace {

// A frame that has to wait: kind, a, then its bytes.
std::string pack(const FrameText& frame) {
  std::string packed(8, '\0');
  std::memcpy(packed.data(), &frame.kind, 4);
  std::memcpy(packed.data() + 4, &frame.a, 4);
  return packed.append(frame.data);
}

FrameText unpack(const std::string& packed) {
  FrameText frame;
  std::memcpy(&frame.kind, packed.data(), 4);
  std::memcpy(&frame.a, packed.data() + 4, 4);
  frame.data = std::string_view{packed}.substr(8);
  return frame;
}

// Those that are behind, and nothing else.
class Unsent : public sys::PollSource {
 public:
  explicit Unsent(Clients& clients) : clients_{clients} {}
  void add_to(sys::Poller& poller) override {
    clients_.for_each([&](Client& client) {
      if (!client.behind.empty())
        poller.on<&Client::flush>(client.socket.get(), POLLOUT, client);
    });
  }

 private:
  Clients& clients_;
};

}  // namespace

Client& Clients::add(UniqueFd socket) {
  return clients_.emplace_back(Client{.clients = *this, .socket = std::move(socket)});
}

void Clients::tell(Client& client, const FrameText& frame, const int* fds, std::size_t count) {
  if (client.gone)
    return;
  Status status = client.behind.empty() || count > 0 ? send_frame(client.socket.get(), frame, fds, count)
                                                     : fail({.err = EAGAIN});
  if (status)
    return;
  if (status.error().err == EAGAIN && count == 0)
    client.behind.push_back(pack(frame));
  else
    client.gone = true;
}

void Clients::output(log::LogStream stream, std::string_view bytes) {
  for_each([&](Client& client) {
    if (client.attached)
      tell(client, {.kind = FrameKind::Output, .a = stream == log::LogStream::Out ? 1 : 2, .data = bytes});
  });
}

bool Clients::behind() const {
  for (const Client& client : clients_)
    if (!client.gone && !client.behind.empty())
      return true;
  return false;
}

Client* Clients::with_exec(std::uint32_t id) {
  for (Client& client : clients_)
    if (!client.gone && client.exec == id)
      return &client;
  return nullptr;
}

void Client::flush() {
  while (!behind.empty()) {
    const Status status = send_frame(socket.get(), unpack(behind.front()));
    if (!status && status.error().err == EAGAIN)
      return;
    if (!status)
      gone = true;
    behind.pop_front();
  }
}

void Client::on_ready(int events) {
  if (events & POLLOUT)
    flush();
  if (!gone && (events & (POLLIN | POLLHUP | POLLERR)))
    clients.read_from(*this);
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

void Clients::accept() {
  if (UniqueFd socket = accept_client(listener_.get()))
    add(std::move(socket));
}

void Clients::add_to(sys::Poller& poller) {
  forget_gone();
  for (Client& client : clients_) {
    const bool reading = !client.attached || !client.has_input || requests_.takes_input();
    const int events = (reading ? POLLIN : 0) | (client.behind.empty() ? 0 : POLLOUT);
    poller.on<&Client::on_ready>(client.socket.get(), events, client);
  }
  poller.on<&Clients::accept>(listener_ ? listener_.get() : -1, POLLIN, *this);
}

void Clients::forget_gone() {
  for (auto client = clients_.begin(); client != clients_.end();) {
    if (!client->gone) {
      ++client;
      continue;
    }
    requests_.on_gone(*client);
    client = clients_.erase(client);
  }
}

void Clients::finish(sys::Poller& poller) {
  Unsent unsent{*this};
  while (behind()) poller.run_once(unsent);
  forget_gone();
  clients_.clear();
}

}  // namespace snug::container
