// Images and their writable layers: the kernel's overlay, fuse-overlayfs, and what the store lies on.
#include <fmt/format.h>

#include <cerrno>
#include <cstring>

#include "base/text.h"
#include "doctor/diagnose.h"

namespace snug::doctor {
namespace {

constexpr std::uint64_t kNfs = 0x6969;
constexpr std::uint64_t kOverlay = 0x794c7630;

std::string name_of(int err) {
  const char* name = strerrorname_np(err);
  return name ? name : std::to_string(err);
}

// Another directory for the store: what helps wherever its file system is to blame.
std::vector<std::string> move_store(const Facts& facts) {
  if (!facts.process.container.empty() && facts.store.magic == kOverlay)
    return {"mount a volume into the outer container, and set XDG_DATA_HOME to a directory on it"};
  return {fmt::format(
      "export XDG_DATA_HOME=/var/tmp/snug-{}   (any directory of yours on a local disk: ext4, xfs, btrfs)",
      facts.process.uid)};
}

struct Feature {
  Answer StoreFacts::*answer;
  std::string_view name;
};
constexpr Feature kFeatures[] = {{&StoreFacts::attribute, "user attributes"},
                                 {&StoreFacts::whiteout, "whiteouts (device 0:0)"},
                                 {&StoreFacts::rename, "RENAME_WHITEOUT"},
                                 {&StoreFacts::temporary, "O_TMPFILE"}};

// What the file system lacks that overlay needs: "user attributes (EOPNOTSUPP)".
std::string lacking(const StoreFacts& store) {
  std::vector<std::string> names;
  for (const Feature& feature : kFeatures)
    if (const Answer& answer = store.*feature.answer; answer.value_or(0) != 0)
      names.push_back(fmt::format("{} ({})", feature.name, name_of(*answer)));
  return join(names, ", ");
}

// Why the store holds no writable layer, as far as its place says; no cause where it does not.
Finding store_finding(const Facts& facts) {
  const StoreFacts& store = facts.store;
  Finding finding{
      .check = "store",
      .level = Level::Degraded,
      .consequence = "no containers that are kept, and no writable layers on disk",
      .fix = move_store(facts),
      .who = !facts.process.container.empty() && store.magic == kOverlay ? Who::OuterContainer : Who::You};
  if (facts.layers.fuse.worked())
    finding.consequence = "containers that are kept, and writable layers on disk, need --overlay fuse";
  const std::string lacks = lacking(store);
  const int made = store.makes_dir.value_or(0);
  if (store.read_only)
    finding.cause = fmt::format("{} is on a file system that is mounted read-only", store.path);
  else if (made == EACCES || made == EPERM)
    finding.cause = fmt::format("you may not write to {}", store.dir);
  else if (made == ENOSPC || made == EDQUOT) {
    finding.cause =
        fmt::format("{} at {}", made == EDQUOT ? "your quota is used up" : "no room is left", store.dir);
    finding.fix.insert(finding.fix.begin(), "make room: snug prune removes containers that have ended");
  } else if (made != 0)
    finding.cause = fmt::format("no directory can be made in {} ({})", store.dir, name_of(made));
  else if (store.magic == kNfs)
    finding.cause = fmt::format("{} is on NFS, which cannot hold a writable layer", store.path);
  else if (store.magic == kOverlay)
    finding.cause = fmt::format("{} is itself on an overlay{}, which cannot hold another's writable layer",
                                store.path, facts.process.container.empty() ? "" : " (the container's root)");
  else if (!lacks.empty())
    finding.cause = fmt::format("{} is on {}, which lacks {}", store.path,
                                store.type.empty() ? "a file system" : store.type, lacks);
  return finding;
}

Finding judge_fuse(const Facts& facts, bool native) {
  const LayerFacts& layers = facts.layers;
  Finding finding{.check = "fuse-overlayfs", .level = native ? Level::Ok : Level::Broken};
  if (layers.fuse.worked()) {
    finding.level = Level::Ok;
    finding.consequence = "stands by where the kernel's overlay does not work";
    return finding;
  }
  finding.consequence = native ? "not needed here: the kernel's own overlay works" : "no image can be run";
  finding.who = Who::Root;
  const int device = layers.fuse_device.value_or(0);
  const bool contained = !facts.process.container.empty();
  if (layers.fuse_program.path.empty()) {
    finding.cause = "fuse-overlayfs is not installed";
    finding.fix = {"sudo apt install fuse-overlayfs   (the package has this name in every distribution)"};
  } else if (device != 0 && contained) {
    finding.cause = fmt::format("/dev/fuse cannot be opened in the outer container ({})", name_of(device));
    finding.fix = {"docker run --device /dev/fuse ..."};
    finding.who = Who::OuterContainer;
  } else if (device == ENOENT || device == ENXIO || device == ENODEV) {
    finding.cause = fmt::format("there is no /dev/fuse ({})", name_of(device));
    finding.fix = {"sudo modprobe fuse"};
  } else if (device != 0) {
    finding.cause = fmt::format("/dev/fuse cannot be opened ({})", name_of(device));
    finding.fix = {"sudo chmod 0666 /dev/fuse"};
  } else if (!layers.fuse.failures.empty()) {
    finding.cause = layers.fuse.failures.front().words;
    finding.fix = layers.fuse.failures.front().hint.empty() ? std::vector<std::string>{}
                                                            : std::vector{layers.fuse.failures.front().hint};
    finding.who = Who::You;
  } else {
    finding.cause = "it was not tried: the store cannot be written to";
    finding.who = Who::Nobody;
  }
  return finding;
}

Finding judge_overlay(const Facts& facts, bool native) {
  const LayerFacts& layers = facts.layers;
  if (native) {
    Finding finding{.check = "overlay",
                    .consequence = layers.memory.worked()
                                       ? "images get a writable layer, in memory unless it is wanted on disk"
                                       : "images get a writable layer on disk",
                    .cause = "a directory of an image cannot be renamed inside (EXDEV): mv copies it instead",
                    .fix = {"where a program cannot do that: --overlay fuse"},
                    .who = Who::You};
    return finding;
  }
  if (!layers.memory.tried)
    return {.check = "overlay",
            .level = Level::Degraded,
            .consequence = "cannot be judged: there is no directory to try it in",
            .cause = store_finding(facts).cause,
            .fix = move_store(facts),
            .who = Who::You};
  // What failed in memory is the kernel's fault. But before Linux 6.6 the planner takes no memory for it.
  const bool planned = layers.memory.failures.front().stage != Stage::Plan || layers.disk.failures.empty();
  const Failure& failure = planned ? layers.memory.failures.front() : layers.disk.failures.front();
  Finding finding = layer_refused(facts, failure);
  finding.check = "overlay";
  finding.level = layers.fuse.worked() ? Level::Degraded : Level::Broken;
  finding.consequence = layers.fuse.worked()
                            ? "images are served by fuse-overlayfs, more slowly"
                            : "no image can be run, but for host: this system's own programs";
  return finding;
}

}  // namespace

Finding layer_refused(const Facts& facts, const Failure& failure) {
  const StoreFacts& store = facts.store;
  Finding finding{.check = failure.stage == Stage::Disk ? "store" : "overlay",
                  .level = Level::Broken,
                  .consequence = "the image cannot be run this way",
                  .who = Who::You};
  const std::string instead =
      failure.stage == Stage::View ? "mount the directory read-only instead" : "use --overlay fuse";
  if (failure.stage != Stage::Disk && failure.err == EINVAL && !store.below.empty()) {
    finding.cause = fmt::format(
        "something is mounted below a lower directory ({}), which the kernel's overlay cannot "
        "include",
        store.below.front());
    finding.fix = {"unmount it, or " + instead};
    return finding;
  }
  if (failure.err == ENODEV) {
    finding.cause = "this kernel has no overlay file system, or its module is not loaded";
    finding.fix = {"sudo modprobe overlay", "or " + instead};
    finding.who = Who::Root;
    return finding;
  }
  if ((failure.err == EPERM || failure.stage == Stage::Plan) && kernel_is_older(facts, {5, 11})) {
    finding.cause =
        fmt::format("Linux {} has no overlay for user namespaces (5.11 has)", facts.kernel.release);
    finding.fix = {instead + (facts.layers.fuse_program.path.empty() ? ", package fuse-overlayfs" : "")};
    return finding;
  }
  if (failure.err == ELOOP && failure.stage != Stage::Disk) {
    finding.cause = "the lower directory is on nested overlays already (two deep is the kernel's limit)";
    finding.fix = {"copy the image to a directory that is on no overlay"};
    return finding;
  }
  if (failure.stage == Stage::Disk || failure.err == EINVAL || failure.err == EOPNOTSUPP)
    if (Finding place = store_finding(facts); !place.cause.empty())
      return place;
  if (failure.err == EINVAL && !store.lower_type.empty()) {
    finding.cause =
        fmt::format("a lower directory is on {}, which the kernel's overlay does not take", store.lower_type);
    finding.fix = {instead};
    return finding;
  }
  if ((failure.err == EPERM || failure.err == EACCES) && facts.kernel.selinux_enforcing &&
      !store.label.empty()) {
    finding.cause = fmt::format("SELinux keeps {} from {}, which is labelled {}",
                                facts.process.label.empty() ? "this process" : facts.process.label, store.dir,
                                store.label);
    finding.fix = {
        "see what was denied: sudo ausearch -m avc -ts recent   (snug itself never relabels anything)"};
    finding.who = Who::Root;
    return finding;
  }
  Finding other = unknown_cause(failure, finding.check);
  other.consequence = finding.consequence;
  return other;
}

std::vector<Finding> judge_layers(const Facts& facts) {
  const LayerFacts& layers = facts.layers;
  const bool native = layers.memory.worked() || layers.disk.worked();
  std::vector<Finding> findings{judge_overlay(facts, native)};
  // fuse-overlayfs is tried with a layer in the store. Where the kernel has no overlay for users it is the
  // way, and what the kernel's would want of the place does not matter.
  const bool holds =
      layers.disk.worked() || (!native && layers.fuse.worked() &&
                               (kernel_is_older(facts, {5, 11}) || store_finding(facts).cause.empty()));
  if (holds) {
    findings.push_back(
        {.check = "store",
         .consequence = fmt::format("{} holds containers and writable layers{}", facts.store.path,
                                    facts.store.type.empty() ? "" : fmt::format(" ({})", facts.store.type))});
  } else if (Finding store = store_finding(facts); native || !store.cause.empty() || !layers.disk.tried) {
    if (store.cause.empty() && !layers.disk.failures.empty()) {
      store.cause = layers.disk.failures.front().words;
      store.fix = move_store(facts);
    }
    findings.push_back(std::move(store));
  }
  for (const std::string& mount : facts.store.below)
    findings.push_back(
        {.check = "image",
         .level = Level::Degraded,
         .consequence = "an image runs with fuse-overlayfs only",
         .cause = fmt::format("something is mounted below it ({}), which the kernel's overlay cannot include",
                              mount),
         .fix = {"unmount it, or use --overlay fuse"},
         .who = Who::You});
  findings.push_back(judge_fuse(facts, native));
  return findings;
}

}  // namespace snug::doctor
