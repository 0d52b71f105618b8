// When a sandbox is told to end, and when it is killed: of a timeout, of `stop`, of a set-up that was
// interrupted.
#pragma once

#include <chrono>
#include <optional>

namespace snug::launch {

enum class EndAction { None, Terminate, Kill };

class EndDeadline {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // Kill at `time`, whatever was to come before.
  void kill_at(Time time);
  // Terminate at `time`, and Kill `grace` after due() has answered that.
  void terminate_at(Time time, std::chrono::milliseconds grace);
  void clear();

  // When the next action is due, or nullopt.
  std::optional<Time> next() const { return next_; }
  // The action whose time has come. Each is answered once.
  EndAction due(Time now);

 private:
  std::optional<Time> next_{};
  std::optional<std::chrono::milliseconds> grace_{};  // Terminate comes first
};

}  // namespace snug::launch
