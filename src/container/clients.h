// The clients of a container's supervisor: who listens, who waits, who has entered.
#pragma once

#include <poll.h>

#include <deque>
#include <list>
#include <string>
#include <vector>

#include "container/channel.h"
#include "log/log.h"

namespace snug {

struct Client {
  UniqueFd socket;
  bool attached{};
  bool has_input{};
  bool drawn{};                      // its terminal has a size, and the screen is drawn
  bool waits{};                      // for the end
  bool stays{};                      // what it entered goes on without it
  std::uint32_t entered{};           // id of its command inside, 0 for none
  std::deque<std::string> behind{};  // frames' kinds and bytes that its socket had no room for
  bool gone{};
};

// What is asked of the supervisor. All have the client, whose answer goes by Clients::tell().
class ClientRequests {
 public:
  virtual ~ClientRequests() = default;
  virtual void on_frame(Client& client, Frame& frame) = 0;
  virtual void on_gone(Client& client) = 0;
  virtual bool takes_input() const = 0;  // false while the payload does not read
};

class Clients {
 public:
  explicit Clients(ClientRequests& requests) : requests_{requests} {}

  void listen(UniqueFd listener) { listener_ = std::move(listener); }
  Client& add(UniqueFd socket);

  // An answer. A client that is gone is found out later; one that is behind gets it in its turn.
  void tell(Client& client, const FrameText& frame, const int* fds = nullptr, std::size_t count = 0);
  // To every attached client.
  void output(LogStream stream, std::string_view bytes);
  // Is somebody behind? Then there should be no more output for the moment.
  bool behind() const;

  template<class Act>
  void for_each(Act act) {
    for (Client& client : clients_)
      if (!client.gone)
        act(client);
  }

  void add_polls(std::vector<pollfd>& polls);
  std::size_t handle(const pollfd* polls);
  bool empty() const { return clients_.empty(); }
  // No more of them come.
  void close_listener() { listener_.reset(); }
  // Lets everybody have what they are behind with, however long they take, then lets go of them.
  void finish();

 private:
  void flush(Client& client);
  void read_from(Client& client);
  void sweep();

  ClientRequests& requests_;
  UniqueFd listener_;
  std::list<Client> clients_;  // a client keeps its place in memory
  std::size_t polled_{};
};

}  // namespace snug
