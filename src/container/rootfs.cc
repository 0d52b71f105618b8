#include "container/rootfs.h"

#include <fmt/format.h>

#include <cerrno>
#include <optional>

#include "base/text.h"
#include "container/channel.h"
#include "container/control.h"
#include "image/image.h"
#include "launch/launch.h"
#include "launch/refusals.h"
#include "launch/worker.h"

namespace snug {

struct Rootfs::State {
  Container container;
  UniqueFd root{};  // of a running one
  UniqueFd user_namespace{};
  std::optional<HeldTree> tree{};  // of a stopped one
};

namespace {

// What the host puts in stays out: a stopped container's files are its image and its layer.
void drop_volumes(Plan& plan) {
  std::erase_if(plan.steps, [](const PlannedStep& planned) {
    return planned.phase == Phase::Mounts && (std::holds_alternative<BindMount>(planned.step) ||
                                              std::holds_alternative<CowMount>(planned.step));
  });
}

tl::expected<HeldTree, LaunchError> hold(const Spec& spec, const std::string& dir, const RealHost& host,
                                         Plan& plan) {
  const auto image =
      load_image(spec.image.value, {.store = host.store_dir() + "/images", .cwd = host.caller().cwd});
  if (!image)
    return launch_failure(image.error());
  auto made = make_plan(spec, *image, host);
  if (!made)
    return launch_failure(made.error());
  plan = std::move(*made);
  drop_volumes(plan);
  return HeldTree::hold(plan, dir);
}

Result<HeldTree> hold_stopped(const Container& container) {
  const auto record = container.record();
  if (!record)
    return tl::unexpected{record.error()};
  auto host = RealHost::look();
  if (!host)
    return tl::unexpected{host.error()};
  Plan plan;
  auto tree = hold(record->spec, container.path(), *host, plan);
  while (!tree && note_refusal(plan, tree.error(), *host))
    tree = hold(record->spec, container.path(), *host, plan);
  if (!tree)
    return tl::unexpected{std::move(tree).error().error};
  return std::move(*tree);
}

}  // namespace

Rootfs::Rootfs(std::unique_ptr<State> state) : state_{std::move(state)} {}
Rootfs::Rootfs(Rootfs&&) noexcept = default;
Rootfs& Rootfs::operator=(Rootfs&&) noexcept = default;
Rootfs::~Rootfs() = default;

Result<Rootfs> Rootfs::open(Container container) {
  auto state = std::make_unique<State>(State{.container = std::move(container)});
  if (const Status locked = state->container.lock(); locked) {
    auto tree = hold_stopped(state->container);
    if (!tree)
      return tl::unexpected{std::move(tree).error()};
    state->tree.emplace(std::move(*tree));
    return Rootfs{std::move(state)};
  } else if (locked.error().err != EBUSY) {
    return tl::unexpected{locked.error()};
  }
  const auto run = state->container.state();
  if (!run)
    return tl::unexpected{run.error()};
  auto socket = connect_to(state->container, *run);
  if (!socket)
    return tl::unexpected{std::move(socket).error()};
  if (Status sent = send_frame(socket->get(), {.kind = FrameKind::Tree}); !sent)
    return tl::unexpected{sent.error()};
  auto frame = await_frame(socket->get());
  if (!frame)
    return tl::unexpected{frame.error()};
  if (frame->kind != FrameKind::TreeIs)
    return fail({.step = fmt::format("container {}: {}", escape_control(state->container.name()),
                                     escape_control(frame->data)),
                 .err = frame->b});
  state->root = std::move(frame->fds[0]);
  state->user_namespace = std::move(frame->fds[1]);
  return Rootfs{std::move(state)};
}

int Rootfs::root() const {
  return state_->tree ? state_->tree->root() : state_->root.get();
}

Status Rootfs::as_its_user(const std::function<Status()>& work) const {
  const int ids = state_->tree ? state_->tree->user_namespace() : state_->user_namespace.get();
  return run_in_user_namespace(ids, work);
}

Status run_with_ids(const MapRange* range, const std::function<Status()>& work) {
  return range ? run_with_range(*range, work) : run_in_child(work);
}

}  // namespace snug
