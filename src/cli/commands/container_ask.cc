#include "cli/commands/container_ask.h"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>

#include <algorithm>
#include <cerrno>

#include "base/text.h"
#include "base/try.h"
#include "cli/input/keep_rules.h"
#include "cli/show/report.h"
#include "container/container_record.h"
#include "container/control.h"
#include "host/real_host.h"

namespace snug::cli {
namespace {

constexpr int kPatienceMs = 3000;
constexpr int kStepMs = 10;

void pause() {
  (void)poll(nullptr, 0, kStepMs);
}

// A damaged state does not hide the supervisor: its socket is where it would be made now.
Result<container::RunState> state_to_ask(const container::Container& container) {
  auto state = container.state();
  if (state)
    return state;
  const auto record = container.record();
  auto path =
      record ? container::control_path(record->id) : Result<std::string>{tl::unexpected{record.error()}};
  if (!path)
    return state;
  return container::RunState{.control = std::move(*path), .id = record->id};
}

}  // namespace

Result<container::Frame> ask(const container::Container& container, const container::FrameText& request) {
  const auto state = TRY(state_to_ask(container));
  auto socket = TRY(container::connect_to(container, state));
  TRY(container::send_frame(socket.get(), request));
  for (;;) {
    auto frame = container::await_frame(socket.get());
    if (frame && frame->kind == container::FrameKind::Refused)
      return fail({.step = fmt::format("container {}: {}", escape_control(container.name()),
                                       escape_control(frame->data)),
                   .err = frame->b});
    if (!frame || frame->kind != container::FrameKind::Output)
      return frame;
  }
}

Result<std::optional<container::Frame>> ask_if_running(const container::Container& container,
                                                       const container::FrameText& request) {
  for (int waited = 0;; waited += kStepMs) {
    const auto running = TRY(container.running());
    if (!running)
      return std::nullopt;
    auto answer = ask(container, request);
    if (answer)
      return std::move(*answer);
    // It may be ending: its socket goes before its lock. One that starts or does not answer is asked again.
    const bool unreachable = answer.error().err == EPIPE || answer.error().err == ENOTCONN ||
                             answer.error().err == ENOENT || answer.error().err == ECONNREFUSED;
    const auto still = container.running();
    if (still && *still && (!unreachable || waited >= kPatienceMs))
      return tl::unexpected{answer.error()};
    pause();
  }
}

Result<bool> stop_container(const container::Container& container, int signal, std::int32_t grace_ms) {
  return ask_if_running(container, {.kind = container::FrameKind::Stop, .a = signal, .b = grace_ms})
      .map([](const std::optional<container::Frame>& answer) { return answer.has_value(); });
}

Status lock_stopped(container::Container& container) {
  for (int waited = 0;; waited += kStepMs) {
    Status status = container.lock();
    if (status || status.error().err != EBUSY || waited >= kPatienceMs)
      return status;
    pause();
  }
}

Result<container::Container> named_container(const Invocation& invocation) {
  const auto host = TRY(host::RealHost::look());
  return container::ContainerStore{host.store_dir()}.find(invocation.words.at(0));
}

Status remove_container(const container::ContainerStore& store, container::Container& container, bool force) {
  const std::string name = escape_control(container.name());
  if (force)
    TRY(stop_container(container, SIGKILL, 0));
  Status status = force ? lock_stopped(container) : container.lock();
  // A container that removes itself at its end may be gone by now, which is what --force asks for.
  if (!status && force && status.error().err == ENOENT)
    return {};
  if (!status && status.error().err == EBUSY)
    return fail({.step = fmt::format("container {} is running", name),
                 .hint = fmt::format("snug stop {0} first, or snug rm --force {0}", name)});
  if (!status)
    return status;
  // Both files have the id, and one of them may be damaged.
  const auto record = container.record();
  const auto state = container.state();
  status = store.remove(std::move(container));
  container::remove_socket(record ? record->id : state ? state->id : "");
  return status;
}

Result<std::int32_t> parse_stop_time(const std::optional<std::string>& typed) {
  if (!typed)
    return -1;
  return parse_seconds(*typed, "--time").map([](std::uint64_t ms) {
    return static_cast<std::int32_t>(std::min<std::uint64_t>(ms, INT32_MAX));
  });
}

Result<int> for_each_container(const std::vector<std::string>& names, const CommonOptions& common,
                               const ContainerAction& act) {
  const auto host = TRY(host::RealHost::look());
  const container::ContainerStore store{host.store_dir()};
  std::optional<Error> first;
  for (const std::string& name : names) {
    auto container = store.find(name);
    Status status = container ? act(store, *container) : tl::unexpected{container.error()};
    if (status)
      status = print_answer(escape_control(name) + "\n");
    if (status)
      continue;
    if (first)
      print_error(status.error(), common.color);
    else
      first = std::move(status).error();
  }
  if (first)
    return fail(std::move(*first));
  return 0;
}

Result<int> for_each_container(const Invocation& invocation, const ContainerAction& act) {
  return for_each_container(invocation.words, invocation.common, act);
}

}  // namespace snug::cli
