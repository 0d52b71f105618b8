// A running sandbox, as the supervisor's delegate may act on it.
#pragma once

#include <sys/types.h>

#include <cstdint>

#include "base/result.h"
#include "spec/host_rule.h"

namespace snug::launch {

// Valid from SandboxEvents::started() to ended() (launch/supervisor_delegate.h).
class Sandbox {
 public:
  virtual ~Sandbox() = default;
  virtual pid_t init() const = 0;
  // To the payload, or to the command `id` that exec() has started.
  virtual void signal(int signal, std::uint32_t id = 0) = 0;
  // SIGKILL to everything inside.
  virtual void kill_all() = 0;
  // Asks init to start a command (child/enter.h) with these standard descriptors. The answer comes by
  // ExecEvents.
  virtual Status exec(std::uint32_t id, int request, const int (&standard)[3]) = 0;
  // One more host through its egress gate. Fails if it has none.
  virtual Status allow(const spec::HostRule& rule) = 0;
  // Its cgroup's directory, -1 if it has none of its own.
  virtual int group() const = 0;
};

}  // namespace snug::launch
