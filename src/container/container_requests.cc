// What clients ask of a container's supervisor.
#include <fcntl.h>
#include <sys/wait.h>

#include <cerrno>
#include <utility>

#include "child/wire.h"
#include "container/container_supervisor.h"
#include "container/exec_request.h"
#include "launch/enter_request.h"
#include "plan/enter.h"

namespace snug::container {

void ContainerSupervisor::on_frame(Client& client, Frame& frame) {
  switch (frame.kind) {
    case FrameKind::Attach:
      return attach(client, frame.a & 1);
    case FrameKind::Input:
      if (client.has_input)
        streams_.write_input(frame.data);
      return;
    case FrameKind::InputEnd:
      if (client.has_input)
        streams_.end_input();
      return;
    case FrameKind::Resize:
      window_ = {static_cast<std::uint16_t>(frame.a), static_cast<std::uint16_t>(frame.b)};
      // Whoever attaches sees an empty screen: a change of size makes programs draw theirs.
      if (!std::exchange(client.drawn, true))
        streams_.resize({static_cast<std::uint16_t>(window_.rows + 1), window_.columns});
      return streams_.resize(window_);
    case FrameKind::Signal:
      if (sandbox_)
        sandbox_->signal(frame.a);
      return;
    case FrameKind::Stop:
      client.waits = true;
      return stop(frame.a, frame.b);
    case FrameKind::Kill:
      if (!sandbox_)
        return refuse(client, ESRCH, "nothing runs in it at this moment");
      // What ends it for certain is the user's request that it end, and no restart follows.
      if (frame.a == SIGKILL)
        state_.stopped_by_user = true, sandbox_->kill_all();
      else
        sandbox_->signal(frame.a);
      return clients_.tell(client, {.kind = FrameKind::Ok});
    case FrameKind::Wait:
      client.waits = true;
      return;
    case FrameKind::Exec:
      return exec(client, frame);
    case FrameKind::ExecSignal:
      if (sandbox_ && client.exec)
        sandbox_->signal(frame.a, client.exec);
      return;
    case FrameKind::Tree:
      return give_tree(client);
    case FrameKind::Group:
      return give_group(client);
    case FrameKind::Updated:
      updated_ = true;
      return clients_.tell(client, {.kind = FrameKind::Ok});
    case FrameKind::Allow:
      return allow(client, frame.data);
    default:
      return refuse(client, EPROTO, "not a request");
  }
}

void ContainerSupervisor::on_gone(Client& client) {
  if (starter_ == &client)
    starter_ = nullptr;
  // As a terminal that hangs up: a command that should not stay gets the signal for that.
  if (client.exec && !client.exec_stays && sandbox_)
    sandbox_->signal(SIGHUP, client.exec);
}

void ContainerSupervisor::attach(Client& client, bool input) {
  client.attached = true;
  client.has_input = input;
  if (sandbox_)
    clients_.tell(client, {.kind = FrameKind::Attached, .a = state_.terminal});
}

void ContainerSupervisor::refuse(Client& client, int error, std::string_view why) {
  clients_.tell(client, {.kind = FrameKind::Refused, .b = error, .data = why});
}

void ContainerSupervisor::give_tree(Client& client) {
  if (!tree_[0] || !sandbox_)
    return refuse(client, ESRCH, "nothing runs in it at this moment");
  const int fds[] = {tree_[0].get(), tree_[1].get(), tree_[2].get()};
  clients_.tell(client, {.kind = FrameKind::TreeIs}, fds, 3);
}

void ContainerSupervisor::give_group(Client& client) {
  const int fd = sandbox_ ? sandbox_->group() : -1;
  if (fd < 0)
    return refuse(client, ENODATA, "it has no cgroup of its own");
  clients_.tell(client, {.kind = FrameKind::GroupIs}, &fd, 1);
}

void ContainerSupervisor::allow(Client& client, std::string_view text) {
  const auto rule = spec::parse_host_rule(text, "allow", spec::RuleUse::Allow);
  if (!rule || !sandbox_)
    return refuse(client, rule ? ESRCH : EINVAL,
                  rule ? "nothing runs in it at this moment" : rule.error().step);
  if (const Status status = sandbox_->allow(*rule); !status)
    return refuse(client, status.error().err, status.error().step);
  clients_.tell(client, {.kind = FrameKind::Ok});
}

std::uint32_t ContainerSupervisor::free_exec_id() {
  // Round and round: what is late of one that was given up must not be taken for another's.
  for (std::uint32_t i = 0; i < child::kMaxEntered; ++i) {
    last_exec_id_ = last_exec_id_ % child::kMaxEntered + 1;
    if (last_exec_id_ != health_.id() && !clients_.with_exec(last_exec_id_))
      return last_exec_id_;
  }
  return 0;
}

void ContainerSupervisor::exec(Client& client, Frame& frame) {
  if (!sandbox_)
    return refuse(client, ESRCH, "nothing runs in it at this moment");
  for (const UniqueFd& fd : frame.fds)
    if (!fd)
      return refuse(client, EPROTO, "descriptors are missing");
  const std::uint32_t id = client.exec ? 0 : free_exec_id();
  if (id == 0)
    return refuse(client, EBUSY, "too many commands are in it at the same time");
  const int standard[] = {frame.fds[1].get(), frame.fds[2].get(), frame.fds[3].get()};
  if (const Status status = sandbox_->exec(id, frame.fds[0].get(), standard); !status)
    return refuse(client, status.error().err, status.error().step);
  client.exec = id;
  client.exec_stays = frame.a;
}

void ContainerSupervisor::exec_started(std::uint32_t id, UniqueFd master) {
  const int fd = master.get();
  if (Client* const client = clients_.with_exec(id))
    clients_.tell(*client, {.kind = FrameKind::ExecStarted}, &fd, master ? 1 : 0);
}

void ContainerSupervisor::exec_failed(std::uint32_t id, std::uint32_t step, int error) {
  if (id == health_.id())
    return exec_ended(id, 1 << 8);
  if (Client* const client = clients_.with_exec(id)) {
    client->exec = 0;
    clients_.tell(*client, {.kind = FrameKind::ExecFailed, .a = static_cast<std::int32_t>(step), .b = error});
  }
}

void ContainerSupervisor::exec_ended(std::uint32_t id, int wait_status) {
  if (id == health_.id()) {
    const Health before = state_.health;
    state_.health = health_.ended(wait_status == 0, clock_.now());
    if (state_.health != before)
      write_state();
    return;
  }
  if (Client* const client = clients_.with_exec(id)) {
    client->exec = 0;
    clients_.tell(*client, {.kind = FrameKind::ExecEnded, .a = wait_status});
  }
}

void ContainerSupervisor::begin_health_check() {
  const std::uint32_t id = free_exec_id();
  plan::ExecRequest request = exec_request(container_.name(), state_.payload);
  request.argv = {"/bin/sh", "-c", health_.check()->command};
  const auto sealed = launch::make_enter_request(plan::plan_enter(std::move(request)), {});
  const UniqueFd null{open("/dev/null", O_RDWR | O_CLOEXEC)};
  const int standard[] = {null.get(), null.get(), null.get()};
  if (id != 0 && sealed && null && sandbox_->exec(id, sealed->get(), standard))
    health_.began(id, clock_.now());
  else
    exec_ended(health_.id(), 1 << 8);  // could not be asked: as if it had failed
}

}  // namespace snug::container
