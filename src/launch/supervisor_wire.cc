// What init tells the supervisor over the wire and is told by it, and what it is given on the way.
#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "base/try.h"
#include "files/range_maps.h"
#include "launch/supervisor.h"
#include "launch/trace.h"
#include "plan/hints.h"
#include "seccomp/table.h"

namespace snug::launch {

// Must a message be answered, or told, as soon as it comes? If not it is read when something else wakes snug,
// at the latest init's end: a run without a terminal, timeout or listener then costs no wake-up between clone
// and that.
bool Supervisor::wire_matters() const {
  const plan::InstallSeccomp* filter = plan::find_step<plan::InstallSeccomp>(plan_);
  if (filter && seccomp::asks_about_setid(filter->request))
    return true;
  return trace_fd() >= 0 || options_.stays || facts_.tree_only || !early_.empty() || facts_.terminal_fds ||
         options_.status_fd >= 0 || plan::find_step<plan::Timeout>(plan_) ||
         plan::find_step<MapRange>(plan_) || plan::find_step<plan::PublishPorts>(plan_) ||
         plan::find_step<plan::OpenGate>(plan_) || plan::find_step<plan::ConnectNetwork>(plan_) ||
         !facts_.disk_upper.empty();
}

// True if there was at least one message.
bool Supervisor::drain_wire() {
  bool any = false;
  while (wire_ && read_wire()) any = true;
  return any;
}

// One message. False where there is none.
bool Supervisor::read_wire() {
  child::Message message;
  int received[child::kMaxFds];
  const int result = child::receive_message(wire_.get(), message, received);
  if (result == -EAGAIN)
    return false;
  Fds fds;
  for (unsigned i = 0; i < child::kMaxFds; ++i) fds[i].reset(received[i]);
  if (result == 1) {
    on_message(message, fds);
    return true;
  }
  if (result < 0 && result != -ECONNRESET)
    end_setup(fail({.step = "read what init tells", .err = -result}));
  wire_.reset();  // end of file: init is gone or going; its pidfd says when
  return false;
}

void Supervisor::on_message(const child::Message& message, Fds& fds) {
  switch (message.kind) {
    case child::MessageKind::AwaitMaps:
      return end_setup(give_maps(), plan::index_of<MapRange>(plan_));
    case child::MessageKind::Namespaces:
      return start_network(fds[0], fds[1]);
    case child::MessageKind::Fuse:
      return end_setup(serve_fuse(message.id, std::move(fds[0]), std::move(fds[1])));
    case child::MessageKind::Terminal:
      return delegate_.streams.take_terminal(std::move(fds[0]), facts_.caller_terminals);
    case child::MessageKind::Ready:
      ready_ = true;
      killed_by_ = 0;
      for (const int signal : early_) forward_signal(init_, signal, false);
      early_.clear();
      write_status("child-pid", init_);
      set_timeout();
      return delegate_.events.started(*this);
    case child::MessageKind::Failed:
      if (!error_ && message.step < plan_.steps.size())
        error_ = {plan::explain_failure(plan_.steps[message.step], message.error, message.detail),
                  message.step};
      return;
    case child::MessageKind::Filtered:
      judges_.remove_if([](const SetidJudge& judge) { return judge.ended(); });
      if (fds[0])
        judges_.emplace_back(std::move(fds[0]), fds[1]);
      return;
    case child::MessageKind::Step:
      return trace_init(plan_, message);
    case child::MessageKind::Exited:
      status_ = message.status;
      outcome_.out_of_blocks = message.full & 1;
      outcome_.out_of_inodes = message.full & 2;
      deadline_.clear();
      // It tells what is left and ends, while init does.
      if (gate_ && gate_->started())
        gate_->finish();
      return;
    case child::MessageKind::Stopped:
      return delegate_.signals.on_stopped();
    case child::MessageKind::Tree:
      return delegate_.events.take_tree(std::move(fds[0]), std::move(fds[1]), std::move(fds[2]));
    case child::MessageKind::Entered:
      return delegate_.execs.exec_started(message.id, std::move(fds[0]));
    case child::MessageKind::EnterFailed:
      return delegate_.execs.exec_failed(message.id, message.step, message.error);
    case child::MessageKind::Left:
      return delegate_.execs.exec_ended(message.id, message.status);
    case child::MessageKind::Go:
    case child::MessageKind::Enter:
      return;
  }
}

// The message first: init looks for it when the signal comes.
Status Supervisor::exec(std::uint32_t id, int request, const int (&standard)[3]) {
  const int fds[] = {request, standard[0], standard[1], standard[2]};
  const int sent =
      wire_ ? child::send_message(wire_.get(), {.kind = child::MessageKind::Enter, .id = id}, fds, 4)
            : -EPIPE;
  if (sent < 0)
    return fail({.step = "ask init to start a command", .err = -sent});
  wake_init(init_);
  return {};
}

Status Supervisor::give_maps() {
  const MapRange* step = plan::find_step<MapRange>(plan_);
  if (!step)
    return fail({.step = "init asked for id maps that are not planned"});
  TRY(files::write_range_maps(init_, *step));
  return say_go("tell init that its ids are mapped");
}

Status Supervisor::say_go(const char* what) {
  const child::Message go{.kind = child::MessageKind::Go};
  ssize_t sent = 0;
  do sent = send(wire_.get(), &go, sizeof go, MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  // That init has died its pidfd tells. Anything else must end it: it would wait for ever.
  if (sent < 0 && errno != EPIPE && errno != ECONNRESET)
    return fail({.step = what, .err = errno});
  return {};
}

Status Supervisor::serve_fuse(unsigned number, UniqueFd device, UniqueFd user_namespace) {
  const auto overlay = fuse_overlay(plan_, number, facts_.disk_upper);
  if (!overlay || !device || !user_namespace)
    return fail({.step = "init asked for a FUSE server that is not planned"});
  return fuse_.emplace_back().start(*overlay, std::move(user_namespace), std::move(device));
}

}  // namespace snug::launch
