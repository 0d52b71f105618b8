// fuse-overlayfs, serving a sandbox's root or a view of a directory where the kernel's overlay cannot.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "base/result.h"
#include "base/unique_fd.h"
#include "launch/fuse_root.h"
#include "plan/plan.h"

namespace snug::launch {

// One fuse-overlayfs process. Nothing inside the sandbox can reach it, and it reaches nothing but its layers:
// it has mount, pid, network and IPC namespaces of its own (launch/fuse_root.h). It is in the sandbox's user
// namespace, so that it sees and sets the ids that the sandbox means. It ends with the sandbox: the last
// reference to the mount ends the connection; and with snug, by the parent-death signal.
class FuseServer {
 public:
  FuseServer() = default;
  FuseServer(const FuseServer&) = delete;
  FuseServer& operator=(const FuseServer&) = delete;
  ~FuseServer() { stop(); }

  // Serves `device`, which init has opened and mounted.
  Status start(const FuseOverlay& overlay, UniqueFd user_namespace, UniqueFd device);

  // The last line that it wrote to its standard error, escaped; "" where there is none. Kept out of the
  // caller's terminal: it also warns of what is no fault ("unknown argument ignored").
  std::string last_words() const;

  // Waits until it has ended; by force after a second.
  void stop();

 private:
  pid_t pid_{-1};
  UniqueFd pidfd_;
  UniqueFd talk_;  // a memfd: its standard error
};

// The overlay of the plan's step with that index; `disk` is the sandbox's directory in the store. Returns
// nullopt if that step is no overlay by fuse-overlayfs.
std::optional<FuseOverlay> fuse_overlay(const plan::Plan& plan, std::size_t step, const std::string& disk);

}  // namespace snug::launch
