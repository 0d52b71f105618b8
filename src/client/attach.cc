#include "client/attach.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>

#include "base/text.h"
#include "base/try.h"
#include "container/channel.h"
#include "launch/signals.h"
#include "launch/terminal.h"
#include "sys/file_io.h"
#include "sys/poller.h"

namespace snug::client {
namespace {

class Relay : private sys::PollSource {
 public:
  Relay(const UniqueFd& socket, const AttachOptions& options, const launch::HeldSignals& signals)
      : socket_{socket}, options_{options}, signals_{signals}, keys_{options.detach_keys} {
    reads_ = options.input && !options.only_keys;
  }

  Result<AttachEnd> run() {
    enter_mode();
    send_window();
    while (!end_ && !error_) poller_.run_once(*this);
    if (error_)
      return fail(std::move(*error_));
    return *end_;
  }

 private:
  void enter_mode() {
    // Read from the background it would stop this process (SIGTTIN).
    if (options_.only_keys)
      reads_ = raw_.enter_for_keys();
    else if (options_.terminal && options_.input)
      raw_.enter();
  }

  void add_to(sys::Poller& poller) override {
    // What was typed waits until the supervisor takes it.
    const bool sending = !to_send_.empty();
    poller.on<&Relay::read_signals>(signals_.fd(), POLLIN, *this);
    if (reads_ && !sending)
      poller.on<&Relay::read_input>(STDIN_FILENO, POLLIN, *this);
    poller.on<&Relay::on_socket>(socket_.get(), POLLIN | (sending ? POLLOUT : 0), *this);
  }

  void on_socket(int events) {
    if (!to_send_.empty())
      flush_input();
    if (events & (POLLIN | POLLHUP | POLLERR))
      if (Status status = read_socket(); !status)
        error_ = std::move(status).error();
  }

  Status read_socket() {
    auto frame = container::receive_frame(socket_.get());
    if (!frame && frame.error().err == EAGAIN)
      return {};
    if (!frame)
      return fail({.step = "the container's supervisor has gone",
                   .hint = "it was killed, and the container with it; snug ps -a tells"});
    switch (frame->kind) {
      case container::FrameKind::Output:
        return put(frame->a == 2 ? STDERR_FILENO : STDOUT_FILENO, frame->data);
      case container::FrameKind::Over:
        // What is typed from here on is for whoever has the terminal next.
        reads_ = false;
        raw_.restore();
        return {};
      case container::FrameKind::Ended:
        end_ = {.exit_status = frame->a, .error = std::move(frame->data)};
        return {};
      case container::FrameKind::Refused:
        return fail({.step = escape_control(frame->data), .err = frame->b});
      default:
        return {};
    }
  }

  // Whoever reads this process's output may have gone: the container goes on, and so does its log.
  Status put(int fd, const std::string& bytes) {
    const Status status = sys::write_all(fd, bytes, "the container's output");
    if (!status && status.error().err == EPIPE)
      end_ = AttachEnd{.exit_status = 128 + SIGPIPE};
    else if (!status)
      return status;
    return {};
  }

  void read_input() {
    char buffer[4096];
    const ssize_t n = read(STDIN_FILENO, buffer, sizeof buffer);
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
      return;
    if (n <= 0) {
      reads_ = false;
      if (!options_.only_keys)
        (void)container::send_frame(socket_.get(), {.kind = container::FrameKind::InputEnd});
      return;
    }
    const std::string_view typed{buffer, static_cast<std::size_t>(n)};
    bool detached = false;
    const bool keys = options_.terminal || options_.only_keys;
    to_send_ = keys ? keys_.pass(typed, detached) : std::string{typed};
    if (options_.only_keys)
      to_send_.clear();
    if (!to_send_.empty())
      flush_input();
    if (detached)
      end_ = AttachEnd{.detached = true};
  }

  void flush_input() {
    const Status status =
        container::send_frame(socket_.get(), {.kind = container::FrameKind::Input, .data = to_send_});
    if (status || status.error().err != EAGAIN)
      to_send_.clear();
  }

  void send_window() {
    const launch::WindowSize size = launch::caller_window();
    if (options_.terminal && size.rows)
      (void)container::send_frame(socket_.get(),
                                  {.kind = container::FrameKind::Resize, .a = size.rows, .b = size.columns});
  }

  void read_signals() {
    signalfd_siginfo info;
    while (read(signals_.fd(), &info, sizeof info) == sizeof info)
      on_signal(static_cast<int>(info.ssi_signo));
  }

  void on_signal(int signal) {
    switch (signal) {
      case SIGWINCH:
        return send_window();
      case SIGTSTP:
        raw_.restore();
        return launch::stop_self();
      case SIGCONT:
        enter_mode();
        return send_window();
      case SIGHUP:
        // The terminal has gone; the container stays.
        end_ = AttachEnd{.detached = true};
        return;
      case SIGINT:
      case SIGTERM:
      case SIGQUIT:
      case SIGUSR1:
      case SIGUSR2:
        if (options_.sig_proxy)
          (void)container::send_frame(socket_.get(), {.kind = container::FrameKind::Signal, .a = signal});
        else if (signal == SIGINT || signal == SIGTERM || signal == SIGQUIT)
          end_ = AttachEnd{.detached = true};
        return;
      default:
        return;
    }
  }

  const UniqueFd& socket_;
  const AttachOptions& options_;
  const launch::HeldSignals& signals_;
  DetachKeys keys_;
  launch::RawMode raw_;
  std::string to_send_;
  bool reads_{};
  std::optional<AttachEnd> end_;
  std::optional<Error> error_;
  sys::Poller poller_;
};

}  // namespace

Result<AttachEnd> relay_attached(const UniqueFd& socket, const AttachOptions& options) {
  auto signals = TRY(launch::HeldSignals::hold());
  return Relay{socket, options, signals}.run();
}

}  // namespace snug::client
