// What stands beside a sandbox that is kept: it has the standard descriptors' other ends, answers clients,
// and may have commands started inside. The supervisor's loop polls for it.
#pragma once

#include <poll.h>
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "spec/host_rule.h"

namespace snug {

// The sandbox as its companion may act on it. Valid from Companion::started() to ended().
class Sandbox {
 public:
  virtual ~Sandbox() = default;
  virtual pid_t init() const = 0;
  // To the payload, or to the entered command `id`.
  virtual void signal(int signal, std::uint32_t id = 0) = 0;
  // SIGKILL to everything inside.
  virtual void kill_all() = 0;
  // Asks init to start a command (child/enter.h) with these standard descriptors. The answer comes by
  // Companion::entered() or enter_failed().
  virtual Status enter(std::uint32_t id, int request, const int (&standard)[3]) = 0;
  // One more host through its egress gate. Fails where it has none.
  virtual Status allow(const HostRule& rule) = 0;
  // Its cgroup's directory, -1 where it has none of its own.
  virtual int group() const = 0;
};

struct WindowSize {
  std::uint16_t rows{};
  std::uint16_t columns{};
};

class Companion {
 public:
  virtual ~Companion() = default;

  // Puts the payload's ends into this process's standard descriptors, which init inherits.
  virtual Status before_clone() = 0;
  // Takes them away again.
  virtual void after_clone() = 0;
  virtual WindowSize window() const = 0;

  virtual void take_terminal(UniqueFd master) = 0;
  virtual void take_tree(UniqueFd root, UniqueFd user_namespace, UniqueFd network_namespace) = 0;
  virtual void started(Sandbox& sandbox) = 0;
  // Nothing of the sandbox is left, or will be in a moment: what holds on to its tree must let go.
  virtual void ended() = 0;

  virtual void entered(std::uint32_t id, UniqueFd master) = 0;
  virtual void enter_failed(std::uint32_t id, std::uint32_t step, int error) = 0;
  virtual void left(std::uint32_t id, int wait_status) = 0;

  // True where the signal was dealt with, and is not to go to the payload.
  virtual bool on_signal(int signal) = 0;

  // Appends what it waits for, and gets the same entries back.
  virtual void add_polls(std::vector<pollfd>& polls) = 0;
  virtual void handle(const pollfd* polls, std::size_t count) = 0;
  virtual std::optional<std::chrono::steady_clock::time_point> wakes_at() const = 0;
  virtual void on_time() = 0;
};

}  // namespace snug
