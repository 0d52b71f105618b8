// Names to real addresses, asked of the name servers of this machine: /etc/hosts and /etc/resolv.conf as they
// are at the time.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/ip_address.h"
#include "network/epoll_loop.h"

namespace snug::gate {

class Lookup {
 public:
  // The poller must outlive it.
  explicit Lookup(network::EpollLoop& poller);
  ~Lookup();
  Lookup(const Lookup&) = delete;
  Lookup& operator=(const Lookup&) = delete;

  // All addresses of the name, or none and what went wrong. Called once, from within ask() or later.
  struct Answer {
    std::vector<IpAddress> addresses{};
    std::string problem{};
  };
  using Take = std::function<void(const Answer&)>;
  void ask(const std::string& name, Take take);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace snug::gate
