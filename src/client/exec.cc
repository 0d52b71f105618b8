#include "client/exec.h"

#include <fcntl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <optional>

#include "base/text.h"
#include "base/try.h"
#include "client/attach.h"
#include "container/channel.h"
#include "launch/enter_request.h"
#include "launch/file_relay.h"
#include "launch/signals.h"
#include "launch/terminal.h"
#include "plan/hints.h"
#include "sys/poller.h"

namespace snug::client {
namespace {

class ExecClient : private sys::PollSource {
 public:
  ExecClient(const UniqueFd& socket, const plan::Plan& plan, const launch::HeldSignals& signals)
      : socket_{socket}, plan_{plan}, signals_{signals} {}

  Status start(const ExecManner& manner) {
    auto terminals = TRY(launch::terminal_fds());
    callers_ = terminals;
    const std::uint8_t inside = manner.background ? 0 : manner.terminal ? 7 : callers_;
    const auto request =
        TRY(launch::make_enter_request(plan_, {.fds = inside, .size = launch::caller_window()}));
    if (plan::find_step<plan::RelayFiles>(plan_) && !manner.background)
      TRY(files_.start());
    const UniqueFd null{open("/dev/null", O_RDWR | O_CLOEXEC)};
    if (!null)
      return fail({.step = "open /dev/null", .err = errno});
    int fds[4] = {request.get(), 0, 1, 2};
    // A terminal of the caller's is never handed in.
    for (int fd = 0; fd < 3; ++fd)
      if (manner.background || (inside >> fd & 1) || (callers_ >> fd & 1))
        fds[fd + 1] = null.get();
    Status status = container::send_frame(
        socket_.get(), {.kind = container::FrameKind::Exec, .a = manner.background}, fds, 4);
    files_.give_back();
    return status;
  }

  // Until it has ended, or in the background until it runs.
  Result<int> run(bool background) {
    while (!error_ && !status_ && !(background && started_)) poller_.run_once(*this);
    relay_.drain();
    relay_.raw_mode().restore();
    if (error_)
      return fail(std::move(*error_));
    if (background)
      return 0;
    TRY(files_.finish());
    return WIFSIGNALED(*status_) ? 128 + WTERMSIG(*status_) : WEXITSTATUS(*status_);
  }

 private:
  void add_to(sys::Poller& poller) override {
    poller.on<&ExecClient::read_signals>(signals_.fd(), POLLIN, *this);
    relay_.add_to(poller);
    poller.on<&ExecClient::read_socket>(socket_.get(), POLLIN, *this);
  }

  void read_socket() {
    auto frame = container::receive_frame(socket_.get());
    if (!frame && frame.error().err == EAGAIN)
      return;
    if (!frame) {
      error_ = {.step = "the container's supervisor has gone",
                .hint = "it was killed, and the container with it"};
      return;
    }
    switch (frame->kind) {
      case container::FrameKind::ExecStarted:
        started_ = true;
        if (frame->fds[0])
          relay_.start(std::move(frame->fds[0]), callers_);
        return;
      case container::FrameKind::ExecFailed:
        if (const auto step = static_cast<std::size_t>(frame->a); step < plan_.steps.size())
          error_ = plan::explain_failure(plan_.steps[step], frame->b, -1);
        else
          error_ = {.step = "start the command", .err = frame->b};
        return;
      case container::FrameKind::ExecEnded:
        status_ = frame->a;
        return;
      case container::FrameKind::Refused:
        error_ = {.step = escape_control(frame->data), .err = frame->b};
        return;
      default:
        return;
    }
  }

  void read_signals() {
    signalfd_siginfo info;
    while (read(signals_.fd(), &info, sizeof info) == sizeof info)
      on_signal(static_cast<int>(info.ssi_signo));
  }

  void on_signal(int signal) {
    switch (signal) {
      case SIGWINCH:
        return relay_.resize();
      case SIGTSTP:
        relay_.raw_mode().restore();
        return launch::stop_self();
      case SIGCONT:
        return relay_.resume();
      case SIGINT:
      case SIGTERM:
      case SIGHUP:
      case SIGQUIT:
      case SIGUSR1:
      case SIGUSR2:
        (void)container::send_frame(socket_.get(), {.kind = container::FrameKind::ExecSignal, .a = signal});
        return;
      default:
        return;
    }
  }

  const UniqueFd& socket_;
  const plan::Plan& plan_;
  const launch::HeldSignals& signals_;
  launch::TerminalRelay relay_;
  launch::FileRelay files_;
  std::uint8_t callers_{};
  bool started_{};
  std::optional<int> status_;
  std::optional<Error> error_;
  sys::Poller poller_;
};

}  // namespace

Result<int> run_exec(const UniqueFd& socket, const plan::Plan& plan, const ExecManner& manner) {
  const auto signals = TRY(launch::HeldSignals::hold());
  ExecClient client{socket, plan, signals};
  TRY(client.start(manner));
  return client.run(manner.background);
}

}  // namespace snug::client
