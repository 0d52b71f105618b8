// The caller's terminal, and the relay between it and the sandbox's own.
#pragma once

#include <poll.h>
#include <termios.h>

#include <cstdint>
#include <string>

#include "base/result.h"
#include "base/unique_fd.h"

namespace snug {

// Which of the standard descriptors are terminals: bit n for fd n.
Result<std::uint8_t> terminal_fds();

// Raw mode on the caller's terminal for as long as this lives, where standard input is one and snug is in its
// foreground. The old modes come back on every way out: destruction, suspend(), and a signal's default action
// after it.
class RawMode {
 public:
  RawMode() = default;
  RawMode(const RawMode&) = delete;
  RawMode& operator=(const RawMode&) = delete;
  ~RawMode() { restore(); }
  void enter();
  // Not raw: output is written and Ctrl-C, Ctrl-\ and Ctrl-Z are signals as before, but every other key comes
  // at once and unseen, Ctrl-Q and Ctrl-S among them. Is it so now?
  bool enter_for_keys();
  void restore();

 private:
  void change(void (*to)(termios&));

  bool raw_ = false;
  termios saved_{};
};

// Copies between the caller's terminal and the pty's master without ever waiting on either: a caller that has
// stopped its output (Ctrl-S) must not keep snug from handling signals.
class TerminalRelay {
 public:
  void start(UniqueFd master, std::uint8_t fds);
  bool active() const { return static_cast<bool>(master_); }
  static constexpr std::size_t kPolls = 3;
  // Fills up to kPolls entries; returns how many.
  std::size_t add_polls(pollfd* polls) const;
  void handle(const pollfd* polls, std::size_t count);
  // The payload has ended: what is still in the pty's buffer goes out, and no more comes in.
  void drain();
  void resize() const;
  RawMode& raw_mode() { return raw_; }

 private:
  void read_input();
  void write_input();
  void read_output();
  void write_output();

  UniqueFd master_;
  RawMode raw_;
  int in_ = -1;
  int out_ = -1;
  bool ended_ = false;  // the master has said that no slave is open any more
  std::string to_payload_;
  std::string to_caller_;
};

}  // namespace snug
