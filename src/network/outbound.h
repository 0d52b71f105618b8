// The user-mode network stack of a sandbox: pasta or slirp4netns, a process of its own beside the sandbox.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "spec/outbound.h"

namespace snug::network {

// It has nothing of this process but what it works with: no environment, no session, directory "/", and these
// descriptors, which its arguments name: 0 and 1, the sandbox's user and network namespaces; 2, a pipe for
// what it says; slirp4netns also 3, whose end of file ends it, and 4, which tells that it is ready. Further
// it confines itself (own mount namespace with nothing in it, a filter, no capability but over the sandbox's
// namespaces), which Landlock of ours would keep it from. It ends with this process: by the parent-death
// signal, which joining a namespace of one's own leaves alone. pasta joins the user namespace itself;
// slirp4netns is executed in it, as its root: what it has for joining one by path does not work for an
// ordinary user together with its sandbox (1.2: EINVAL of setegid(0)).
class Outbound {
 public:
  Outbound() = default;
  Outbound(const Outbound&) = delete;
  Outbound& operator=(const Outbound&) = delete;
  ~Outbound() { stop(); }

  // Starts it. Fails where there is no process to be had.
  Status start(spec::OutboundTool tool, const std::vector<std::string>& argv, UniqueFd user_namespace,
               UniqueFd network_namespace);

  // To poll for reading until take_news() has said that it is ready; -1 where there is nothing to wait for.
  int news() const { return waiting_ ? talk_.get() : -1; }

  // Reads what it says, without waiting. True once it is ready, and what is for the loopback is kept inside.
  // Fails where it has ended, with its own words as the cause, escaped.
  Result<bool> take_news();

  // Ends it. Does nothing where it does not run.
  void stop();

 private:
  bool says_ready() const;
  std::string cause() const;

  spec::OutboundTool tool_{};
  bool waiting_{};
  pid_t pid_{-1};
  UniqueFd talk_;  // kept open as long as it runs: what it says later must not be the end of it
  UniqueFd life_;  // the other end of slirp4netns' descriptor 3
  UniqueFd user_namespace_;
  UniqueFd network_namespace_;
  std::string said_;
};

}  // namespace snug::network
