#include "launch/terminal.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>

namespace snug::launch {
namespace {

constexpr std::size_t kChunk = 4096;

}  // namespace

Result<std::uint8_t> terminal_fds() {
  std::uint8_t fds = 0;
  for (int fd = 0; fd < 3; ++fd)
    if (isatty(fd))
      fds |= static_cast<std::uint8_t>(1 << fd);
    else if (errno != ENOTTY && errno != EINVAL && errno != EBADF)
      // It may be one, and must not be handed in: a terminal that has hung up says EIO.
      return fail({.step = fmt::format("ask if the standard descriptor {} is a terminal", fd), .err = errno});
  return fds;
}

WindowSize caller_window(std::uint8_t fds) {
  for (int fd = 0; fd < 3; ++fd)
    if (winsize size{}; (fds >> fd & 1) && ioctl(fd, TIOCGWINSZ, &size) == 0)
      return {size.ws_row, size.ws_col};
  return {};
}

void RawMode::change(void (*to)(termios&)) {
  // In the background the change would stop snug (SIGTTOU), or take the terminal away from whoever has it.
  if (raw_ || tcgetattr(STDIN_FILENO, &saved_) != 0 || tcgetpgrp(STDIN_FILENO) != getpgrp())
    return;
  termios changed = saved_;
  to(changed);
  raw_ = tcsetattr(STDIN_FILENO, TCSANOW, &changed) == 0;
}

void RawMode::enter() {
  change([](termios& modes) { cfmakeraw(&modes); });
}

bool RawMode::enter_for_keys() {
  change([](termios& modes) {
    modes.c_iflag &= ~static_cast<tcflag_t>(IXON);
    modes.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | IEXTEN);
    modes.c_cc[VMIN] = 1;
    modes.c_cc[VTIME] = 0;
  });
  return raw_;
}

void RawMode::restore() {
  // At once where it cannot be waited for what is still to be printed. A terminal that has gone cannot be
  // helped.
  if (raw_ && tcsetattr(STDIN_FILENO, TCSADRAIN, &saved_) != 0)
    (void)tcsetattr(STDIN_FILENO, TCSANOW, &saved_);
  raw_ = false;
}

void TerminalRelay::start(UniqueFd master, std::uint8_t fds) {
  master_ = std::move(master);
  (void)fcntl(master_.get(), F_SETFL, O_NONBLOCK);  // snug's own descriptor: nobody else is affected
  in_ = fds & 1 ? STDIN_FILENO : -1;
  out_ = fds & 2 ? STDOUT_FILENO : fds & 4 ? STDERR_FILENO : STDOUT_FILENO;
  if (in_ >= 0)
    raw_.enter();
}

void TerminalRelay::add_to(sys::Poller& poller) {
  if (!active())
    return;
  const int events = (to_payload_.empty() ? 0 : POLLOUT) | (to_caller_.empty() ? POLLIN : 0);
  if (to_payload_.empty())
    poller.on<&TerminalRelay::read_input>(in_, POLLIN, *this);
  if (!to_caller_.empty())
    poller.on<&TerminalRelay::write_output>(out_, POLLOUT, *this);
  if (!ended_ && events != 0)
    poller.on<&TerminalRelay::on_master>(master_.get(), events, *this);
}

void TerminalRelay::on_master(int events) {
  if (events & POLLOUT)
    write_input();
  if (events & (POLLIN | POLLHUP | POLLERR))
    read_output();
}

void TerminalRelay::read_input() {
  char buffer[kChunk];
  const ssize_t n = read(in_, buffer, sizeof buffer);
  if (n > 0)
    to_payload_.assign(buffer, static_cast<std::size_t>(n));
  else if (n == 0 || errno != EINTR)
    in_ = -1;  // hung up: the signal for that comes by itself
  write_input();
}

void TerminalRelay::write_input() {
  if (to_payload_.empty())
    return;
  const ssize_t n = write(master_.get(), to_payload_.data(), to_payload_.size());
  if (n > 0)
    to_payload_.erase(0, static_cast<std::size_t>(n));
  else if (n < 0 && errno != EAGAIN && errno != EINTR)
    to_payload_.clear();
}

void TerminalRelay::read_output() {
  char buffer[kChunk];
  const ssize_t n = read(master_.get(), buffer, sizeof buffer);
  if (n > 0)
    to_caller_.assign(buffer, static_cast<std::size_t>(n));
  else if (n == 0 || (errno != EAGAIN && errno != EINTR))
    ended_ = true;  // EIO: no slave is open any more (pty(7))
  else
    return;
  write_output();
}

void TerminalRelay::write_output() {
  if (to_caller_.empty())
    return;
  const ssize_t n = write(out_, to_caller_.data(), to_caller_.size());
  if (n > 0)
    to_caller_.erase(0, static_cast<std::size_t>(n));
  else if (n < 0 && errno != EAGAIN && errno != EINTR)
    to_caller_.clear();  // the caller's terminal has gone
}

void TerminalRelay::drain() {
  while (!ended_ || !to_caller_.empty()) {
    if (to_caller_.empty()) {
      if (!sys::wait_until_ready(master_.get(), POLLIN, 0))
        break;
      read_output();
    } else {
      // Only here may the write wait: nothing else is left to do.
      if (!sys::wait_until_ready(out_, POLLOUT, 1000))
        break;
      write_output();
    }
  }
}

void TerminalRelay::resize() const {
  winsize size{};
  const int from = in_ >= 0 ? in_ : out_;
  // The kernel sends the sandbox's foreground process group its SIGWINCH.
  if (active() && ioctl(from, TIOCGWINSZ, &size) == 0)
    (void)ioctl(master_.get(), TIOCSWINSZ, &size);
}

void TerminalRelay::resume() {
  if (!active())
    return;
  raw_.enter();
  resize();
}

}  // namespace snug::launch
