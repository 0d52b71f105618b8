// The caller's terminal, and the relay between it and the sandbox's own.
#pragma once

#include <termios.h>

#include <cstdint>
#include <string>

#include "base/result.h"
#include "base/unique_fd.h"
#include "sys/poller.h"

namespace snug::launch {

struct WindowSize {
  std::uint16_t rows{};
  std::uint16_t columns{};
};

// Which of the standard descriptors are terminals: bit n for fd n.
Result<std::uint8_t> terminal_fds();

// The size of the first terminal among these standard descriptors, zeros if none is one.
WindowSize caller_window(std::uint8_t fds = 7);

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
class TerminalRelay : public sys::PollSource {
 public:
  void start(UniqueFd master, std::uint8_t fds);
  bool active() const { return static_cast<bool>(master_); }
  void add_to(sys::Poller& poller) override;
  // The payload has ended: what is still in the pty's buffer goes out, and no more comes in.
  void drain();
  void resize() const;
  // This process was stopped and goes on: the terminal is raw again, and may have another size.
  void resume();
  RawMode& raw_mode() { return raw_; }

 private:
  void on_master(int events);
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

}  // namespace snug::launch
