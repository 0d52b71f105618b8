// Trials: runs of snug's own, planned by its planner and carried out by its launcher, so that doctor cannot
// say what run would not do.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <functional>

#include "base/path.h"
#include "base/try.h"
#include "base/unique_fd.h"
#include "doctor/probe.h"
#include "files/remove_tree.h"
#include "image/image.h"
#include "launch/launch.h"
#include "plan/plan.h"
#include "spec/merge.h"
#include "spec/profile_chain.h"
#include "spec/settings.h"

namespace snug::doctor {
namespace {

// The shipped profile as it is: a user's own of the same name would be judged and not the machine.
class ShippedOnly : public spec::ProfileSource {
 public:
  Result<std::string> read(const std::string& path) const override {
    return fail({.step = "read " + path, .err = ENOENT});
  }
  Result<std::vector<std::string>> user_names() const override { return std::vector<std::string>{}; }
};

Result<spec::Spec> default_spec(const host::HostView& host) {
  const host::Caller& you = host.caller();
  auto chain = TRY(spec::load_profile_chain(
      "default", {.cwd = you.cwd, .home = you.home, .user_directory = "/nonexistent"}, ShippedOnly{}));
  const auto profiles = spec::profiles_of(std::move(chain));
  return spec::merge_layers(profiles);
}

// The machine with a store of the trial's own.
class TrialHost : public host::RealHost {
 public:
  TrialHost(const host::RealHost& host, std::string store) : host::RealHost{host}, store_{std::move(store)} {}
  std::string store_dir() const override { return store_; }

 private:
  std::string store_;
};

// A directory of doctor's own in another, removed at the end.
class TrialDir {
 public:
  explicit TrialDir(const std::string& parent) : path_{parent + "/.snug-doctor-XXXXXX"} {
    made_ = mkdtemp(path_.data());
    err_ = made_ ? 0 : errno;
  }
  ~TrialDir() {
    const UniqueFd parent{open(parent_path(path_).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)};
    if (made_ && parent)
      (void)files::remove_tree(parent.get(), std::string{file_name(path_)});  // it was made to be empty
  }
  TrialDir(const TrialDir&) = delete;
  TrialDir& operator=(const TrialDir&) = delete;

  bool made() const { return made_; }
  int err() const { return err_; }
  const std::string& path() const { return path_; }
  std::string make(const char* name) const {
    std::string dir = path_ + "/" + name;
    return mkdir(dir.c_str(), 0700) == 0 ? dir : "";
  }

 private:
  std::string path_;
  bool made_{};
  int err_{};
};

Failure failure_of(const plan::Plan& plan, const launch::LaunchError& error) {
  return {.stage = error.step ? stage_of(plan.steps[*error.step].step) : Stage::Disk,
          .err = error.error.err,
          .words = describe(error.error),
          .hint = error.error.hint};
}

// Leaves a step out, or takes what --require no-proc would take. Later steps count on /proc and /sys being
// directories.
void leave_out(plan::Plan& plan, std::size_t at) {
  plan::Step& step = plan.steps[at].step;
  if (auto* proc = std::get_if<plan::MountProc>(&step))
    proc->own ? step = plan::MountProc{.own = false, .masked = std::move(proc->masked)}
              : step = plan::MountTmpfs{.target = "/proc"};
  else if (auto* sys = std::get_if<plan::MountSys>(&step))
    sys->own ? step = plan::MountSys{.own = false, .masked = std::move(sys->masked)}
             : step = plan::MountTmpfs{.target = "/sys"};
  else
    plan.steps.erase(plan.steps.begin() + static_cast<std::ptrdiff_t>(at));
}

template<class CarryOut>
Trial try_out(Result<plan::Plan> plan, CarryOut carry_out) {
  Trial trial{.tried = true};
  if (!plan) {
    trial.failures.push_back(
        {.err = plan.error().err, .words = describe(plan.error()), .hint = plan.error().hint});
    return trial;
  }
  while (const std::optional<launch::LaunchError> error = carry_out(*plan)) {
    trial.failures.push_back(failure_of(*plan, *error));
    if (!error->step || !can_be_left_out(trial.failures.back().stage))
      break;
    leave_out(*plan, *error->step);
  }
  return trial;
}

// A whole run: it must see this machine's programs, and must not see the directory `hidden`.
void try_base(spec::Spec spec, const host::RealHost& host, const std::string& hidden, Facts& facts) {
  spec.command = {{"/bin/sh", "-c", R"([ -d /usr ] && [ ! -d "$0" ])", hidden}, {}};
  facts.base =
      try_out(plan::make_plan(spec, *image::load_image("host", {}), host), [&](const plan::Plan& plan) {
        auto result = launch::run_plan(plan, {});
        facts.isolated = result && result->exit_status == 0;
        return result ? std::nullopt : std::optional{std::move(result).error()};
      });
}

std::optional<launch::LaunchError> try_alone(const plan::Plan& plan) {
  return launch::try_plan(plan, {});
}

std::optional<launch::LaunchError> try_run(const plan::Plan& plan) {
  auto result = launch::run_plan(plan, {});
  return result ? std::nullopt : std::optional{std::move(result).error()};
}

// What fails in every run is told once.
Trial try_set_up(
    const spec::Spec& spec, const Result<image::Image>& image, const host::HostView& host, const Trial& base,
    const std::function<std::optional<launch::LaunchError>(const plan::Plan&)>& carry_out = try_alone) {
  if (!image)
    return {};
  Trial trial = try_out(plan::make_plan(spec, *image, host), carry_out);
  std::erase_if(trial.failures, [&](const Failure& failure) {
    return can_be_left_out(failure.stage) &&
           std::ranges::find(base.failures, failure.stage, &Failure::stage) != base.failures.end();
  });
  return trial;
}

// An image of doctor's own in `dir` under each kind of writable layer; under those on disk only where the
// directory is in the store.
void try_layers(spec::Spec spec, const host::RealHost& host, const TrialDir& dir, bool in_store,
                Facts& facts) {
  LayerFacts& layers = facts.layers;
  const std::string root = dir.make("image");
  const std::string store = dir.make("store");
  if (root.empty() || store.empty())
    return;
  // As an image has them.
  for (const char* name : {"image/dev", "image/proc", "image/sys", "image/tmp", "image/run"})
    (void)dir.make(name);
  const TrialHost here{host, store};
  const auto image = image::load_image(root, {});
  spec.command = {{"/bin/true"}, {}};
  spec.overlay.value = spec::OverlayDriver::Native;
  spec.writable.value = spec::Writable::Tmpfs;
  layers.memory = try_set_up(spec, image, here, facts.base);
  if (!in_store)
    return;
  spec.writable.value = spec::Writable::Disk;
  layers.disk = try_set_up(spec, image, here, facts.base);
  spec.overlay.value = spec::OverlayDriver::Fuse;
  if (!layers.fuse_program.path.empty() && layers.fuse_device == 0)
    layers.fuse = try_set_up(spec, image, here, facts.base);
}

// Whole runs: a set-up that is tried alone has no way out.
void try_networks(spec::Spec spec, const host::RealHost& host, Facts& facts) {
  NetworkFacts& network = facts.network;
  const auto image = image::load_image("host", {});
  spec.command = {{"/bin/true"}, {}};
  spec.network.value = spec::NetworkMode::Gate;
  spec.allow = {{.value = "example.org"}};  // nothing is asked for, so that nobody learns of it
  // Where no run comes that far, the gate is not to blame.
  if (std::ranges::all_of(facts.base.failures, can_be_left_out, &Failure::stage))
    network.gate = try_set_up(spec, image, host, facts.base, [&](const plan::Plan& plan) {
      auto result = launch::run_plan(plan, {});
      network.gate_blind = result && result->gate_blind;
      return result ? std::nullopt : std::optional{std::move(result).error()};
    });
  if (network.pasta.path.empty() && network.slirp.path.empty())
    return;
  spec.network.value = spec::NetworkMode::Full;
  spec.allow = {};
  spec.run_as.value = {.kind = spec::RunAs::Kind::Root};  // slirp4netns works for no other
  network.full = try_set_up(spec, image, host, facts.base, try_run);
}

bool starts(const Trial& base) {
  return std::ranges::none_of(base.failures, [](const Failure& failure) {
    return failure.stage == Stage::Namespaces || failure.stage == Stage::OneId;
  });
}

}  // namespace

void try_plans(const host::RealHost& host, Facts& facts) {
  const TrialDir dir{facts.store.dir};
  facts.store.makes_dir = dir.err();
  const auto spec = default_spec(host);
  if (!spec)
    return;
  try_base(*spec, host, dir.made() ? dir.path() : "/nonexistent", facts);
  if (!starts(facts.base))
    return;
  if (dir.made()) {
    if (const std::string upper = dir.make("upper"); !upper.empty())
      try_upper_layer(upper, facts.store);
    try_layers(*spec, host, dir, true, facts);
  } else if (const TrialDir elsewhere{"/tmp"}; elsewhere.made()) {
    try_layers(*spec, host, elsewhere, false, facts);
  }
  try_networks(*spec, host, facts);
  if (!facts.ids.newuidmap.path.empty() && !facts.ids.newgidmap.path.empty() && !facts.ids.uids.empty()) {
    spec::Spec range = *spec;
    range.command = {{"/bin/true"}, {}};
    range.ids.value = spec::IdMode::Range;
    facts.ids.range = try_set_up(range, image::load_image("host", {}), host, facts.base);
  }
}

}  // namespace snug::doctor
