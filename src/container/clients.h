// The clients of a container's supervisor: who is attached, who waits, who has a command inside.
#pragma once

#include <deque>
#include <list>
#include <string>

#include "container/channel.h"
#include "log/log.h"
#include "sys/poller.h"

namespace snug::container {

class Clients;

struct Client {
  Clients& clients;
  UniqueFd socket{};
  bool attached{};
  bool has_input{};
  bool drawn{};                      // its terminal has a size, and the screen is drawn
  bool waits{};                      // for the end
  std::uint32_t exec{};              // id of its command inside, 0 for none
  bool exec_stays{};                 // which goes on without it
  std::deque<std::string> behind{};  // frames' kinds and bytes that its socket had no room for
  bool gone{};

  void on_ready(int events);
  void flush();
};

// What is asked of the supervisor. All have the client, whose answer goes by Clients::tell().
class ClientRequests {
 public:
  virtual ~ClientRequests() = default;
  virtual void on_frame(Client& client, Frame& frame) = 0;
  // It is forgotten when this returns.
  virtual void on_gone(Client& client) = 0;
  virtual bool takes_input() const = 0;  // false while the payload does not read
};

class Clients : public sys::PollSource {
 public:
  explicit Clients(ClientRequests& requests) : requests_{requests} {}

  void listen(UniqueFd listener) { listener_ = std::move(listener); }
  Client& add(UniqueFd socket);

  // An answer. A client that is gone is found out later; one that is behind gets it in its turn.
  void tell(Client& client, const FrameText& frame, const int* fds = nullptr, std::size_t count = 0);
  // To every attached client.
  void output(log::LogStream stream, std::string_view bytes);
  // True while a client is behind: then there should be no more output for the moment.
  bool behind() const;

  template<class Act>
  void for_each(Act act) {
    for (Client& client : clients_)
      if (!client.gone)
        act(client);
  }
  // Whose command inside has this id, or null.
  Client* with_exec(std::uint32_t id);

  // Forgets those that have gone, and waits for what the others say.
  void add_to(sys::Poller& poller) override;
  bool empty() const { return clients_.empty(); }
  // No more of them come.
  void close_listener() { listener_.reset(); }
  // Lets everybody have what they are behind with, however long they take, then lets go of them.
  void finish(sys::Poller& poller);

 private:
  friend struct Client;
  void accept();
  void read_from(Client& client);
  void forget_gone();

  ClientRequests& requests_;
  UniqueFd listener_;
  std::list<Client> clients_;  // a client keeps its place in memory
};

}  // namespace snug::container
