#include "client/rootfs.h"

#include <cerrno>
#include <optional>

#include "base/try.h"
#include "container/container_record.h"
#include "container/running_tree.h"
#include "files/worker.h"
#include "image/image.h"
#include "launch/launch.h"
#include "launch/refusals.h"
#include "launch/replan.h"

namespace snug::client {

struct Rootfs::State {
  container::Container container;
  UniqueFd root{};  // of a running one
  UniqueFd user_namespace{};
  std::optional<launch::HeldTree> tree{};  // of a stopped one
};

namespace {

// What the host puts in stays out: a stopped container's files are its image and its layer.
void drop_volumes(plan::Plan& plan) {
  std::erase_if(plan.steps, [](const plan::PlannedStep& planned) {
    return planned.phase == plan::Phase::Mounts && (std::holds_alternative<plan::BindMount>(planned.step) ||
                                                    std::holds_alternative<plan::CowMount>(planned.step));
  });
}

Result<plan::Plan> plan_tree(const spec::Spec& spec, const host::RealHost& host) {
  const auto image = TRY(
      image::load_image(spec.image.value, {.store = host.store_dir() + "/images", .cwd = host.caller().cwd}));
  auto plan = plan::make_plan(spec, image, host);
  if (plan)
    drop_volumes(*plan);
  return plan;
}

Result<launch::HeldTree> hold_stopped(const container::Container& container) {
  const auto record = TRY(container.record());
  auto host = TRY(host::RealHost::look());
  const spec::Spec spec = plan::without_joined(record.spec);
  auto plan = TRY(plan_tree(spec, host));
  const auto replan = [&](const plan::Plan& failed,
                          const launch::LaunchError& failure) -> std::optional<plan::Plan> {
    auto next =
        launch::note_refusal(failed, failure, host) ? plan_tree(spec, host) : Result<plan::Plan>{fail({})};
    return next ? std::optional{std::move(*next)} : std::nullopt;
  };
  const std::string dir = container.path();
  auto tree = launch::run_replanning(
      plan, replan, [&](const plan::Plan& next) { return launch::HeldTree::hold(next, dir); });
  if (!tree)
    return tl::unexpected{std::move(tree).error().error};
  return std::move(*tree);
}

}  // namespace

Rootfs::Rootfs(std::unique_ptr<State> state) : state_{std::move(state)} {}
Rootfs::Rootfs(Rootfs&&) noexcept = default;
Rootfs& Rootfs::operator=(Rootfs&&) noexcept = default;
Rootfs::~Rootfs() = default;

Result<Rootfs> Rootfs::open(container::Container container) {
  auto state = std::make_unique<State>(State{.container = std::move(container)});
  if (const Status locked = state->container.lock(); locked) {
    auto tree = TRY(hold_stopped(state->container));
    state->tree.emplace(std::move(tree));
    return Rootfs{std::move(state)};
  } else if (locked.error().err != EBUSY) {
    return tl::unexpected{locked.error()};
  }
  auto tree = TRY(container::running_tree(state->container));
  state->root = std::move(tree.root);
  state->user_namespace = std::move(tree.user_namespace);
  return Rootfs{std::move(state)};
}

int Rootfs::root() const {
  return state_->tree ? state_->tree->root() : state_->root.get();
}

Status Rootfs::as_its_user(const std::function<Status()>& work) const {
  const int ids = state_->tree ? state_->tree->user_namespace() : state_->user_namespace.get();
  return files::run_in_user_namespace(ids, work);
}

Status run_with_ids(const MapRange* range, const std::function<Status()>& work) {
  return range ? files::run_with_range(*range, work) : files::run_in_child(work);
}

}  // namespace snug::client
