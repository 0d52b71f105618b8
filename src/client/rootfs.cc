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

Result<Plan> plan_tree(const Spec& spec, const RealHost& host) {
  const auto image =
      TRY(load_image(spec.image.value, {.store = host.store_dir() + "/images", .cwd = host.caller().cwd}));
  auto plan = make_plan(spec, image, host);
  if (plan)
    drop_volumes(*plan);
  return plan;
}

Result<HeldTree> hold_stopped(const Container& container) {
  const auto record = TRY(container.record());
  auto host = TRY(RealHost::look());
  const Spec spec = without_joined(record.spec);
  auto plan = TRY(plan_tree(spec, host));
  const auto replan = [&](const Plan& failed, const LaunchError& failure) -> std::optional<Plan> {
    auto next = note_refusal(failed, failure, host) ? plan_tree(spec, host) : Result<Plan>{fail({})};
    return next ? std::optional{std::move(*next)} : std::nullopt;
  };
  const std::string dir = container.path();
  auto tree = run_replanning(plan, replan, [&](const Plan& next) { return HeldTree::hold(next, dir); });
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
    auto tree = TRY(hold_stopped(state->container));
    state->tree.emplace(std::move(tree));
    return Rootfs{std::move(state)};
  } else if (locked.error().err != EBUSY) {
    return tl::unexpected{locked.error()};
  }
  auto tree = TRY(running_tree(state->container));
  state->root = std::move(tree.root);
  state->user_namespace = std::move(tree.user_namespace);
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
