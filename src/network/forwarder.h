// The process behind published ports, or several where one may not have enough descriptors. It holds the
// listening sockets of the host's network, and works in the sandbox's: joined to its user and network
// namespaces, confined, beside everything that runs inside and out of its reach.
#pragma once

#include <sys/types.h>

#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "network/listener.h"

namespace snug::network {

class Forwarder {
 public:
  Forwarder() = default;
  Forwarder(const Forwarder&) = delete;
  Forwarder& operator=(const Forwarder&) = delete;
  ~Forwarder() { stop(); }

  // Starts it with the listeners, which only it has from then on: what is killed with it is gone from the
  // host. It ends with this process. Fails with what it could not set up.
  Status start(std::vector<Listener> listeners, UniqueFd user_namespace, UniqueFd network_namespace);

  // Ends it, with all its connections. Does nothing where it does not run.
  void stop();

 private:
  Status start_one(std::vector<Listener> listeners, const UniqueFd& user_namespace,
                   const UniqueFd& network_namespace);

  std::vector<pid_t> pids_;
};

}  // namespace snug::network
