// The root file system of an image: its layers under a throwaway writable one.
#include <fmt/format.h>

#include <algorithm>

#include "base/try.h"
#include "plan/builder.h"

namespace snug::plan {
namespace {

Status choose_driver(Builder& builder, OverlayRoot& root) {
  auto program = TRY(choose_overlay(builder, "the root", builder.spec.overlay.origin));
  if (program.empty())
    return {};
  root.driver = spec::OverlayDriver::Fuse;
  root.fuse_program = std::move(program);
  return {};
}

Status choose_upper(Builder& builder, OverlayRoot& root) {
  const spec::Setting<spec::Writable>& setting = builder.spec.writable;
  const auto& size = builder.spec.rootfs_size;
  const bool fuse = root.driver == spec::OverlayDriver::Fuse;
  if (size)
    root.size = size->value;
  const bool tmpfs_works = builder.host.tmpfs_has_user_xattrs() || fuse;
  switch (setting.value) {
    case spec::Writable::Tmpfs:
    case spec::Writable::None:
      // Nothing but mount points is ever written to the upper layer of a read-only root, so that any tmpfs
      // will do.
      if (setting.value == spec::Writable::Tmpfs && builder.kept())
        return fail({.step = "writable = \"tmpfs\": a container that is kept has its layer on disk",
                     .origin = setting.origin.text,
                     .hint = "leave --writable out, or --name and -d"});
      if (setting.value == spec::Writable::Tmpfs && !tmpfs_works)
        return fail({.step = "writable = \"tmpfs\": a tmpfs keeps no user attributes before Linux 6.6, so "
                             "that an overlay "
                             "on it could not replace directories",
                     .origin = setting.origin.text,
                     .hint = "use writable = \"disk\", or overlay = \"fuse\""});
      root.upper = fuse ? UpperPlace::Disk : UpperPlace::Tmpfs;
      break;
    case spec::Writable::Auto:
      root.upper = builder.kept()         ? UpperPlace::Disk
                   : tmpfs_works && !fuse ? UpperPlace::Tmpfs
                                          : UpperPlace::Disk;
      break;
    case spec::Writable::Disk:
      root.upper = UpperPlace::Disk;
      break;
  }
  root.kept = builder.kept() && root.upper == UpperPlace::Disk;
  if (root.upper == UpperPlace::Disk && !fuse)
    if (const auto problem = store_problem(builder.host))
      return fail({.step = *problem,
                   .origin = setting.origin.text,
                   .hint = tmpfs_works ? "use --writable tmpfs, or set XDG_DATA_HOME to a local disk"
                                       : "set XDG_DATA_HOME to a local disk, or use --overlay fuse"});
  if (size && root.upper == UpperPlace::Disk)
    return fail(
        {.step = "rootfs.size: a writable layer on disk cannot be bounded without root (no project quota)",
         .origin = size->origin.text,
         .hint = fuse ? "leave the size out, or use overlay = \"native\" where the kernel has it"
                      : "leave the size out, or use writable = \"tmpfs\" (Linux 6.6 on)"});
  return {};
}

bool is_subordinate(const host::HostView& host, uid_t uid) {
  return std::ranges::any_of(host.subordinate_uids(), [&](const IdRange& range) {
    return uid >= range.outside && uid - range.outside < range.count;
  });
}

// A layer whose owner has no id inside, or nullptr.
const image::Layer* foreign_layer(const Builder& builder) {
  const host::Caller& you = builder.host.caller();
  if (you.uid == 0)
    return nullptr;  // the superuser's own maps reach every file
  for (const image::Layer& layer : builder.image.layers)
    if (layer.uid != you.uid &&
        !(builder.spec.ids.value == spec::IdMode::Range && is_subordinate(builder.host, layer.uid)))
      return &layer;
  return nullptr;
}

// What a later step wants to have a place in the root; "" for the others.
std::string target_of(const Step& step) {
  if (const auto* dir = std::get_if<MakeDir>(&step))
    return dir->target;
  if (const auto* text = std::get_if<BindText>(&step))
    return text->target;
  if (const auto* bind = std::get_if<BindMount>(&step))
    return bind->target;
  if (const auto* cow = std::get_if<CowMount>(&step))
    return cow->target;
  const auto* tmpfs = std::get_if<MountTmpfs>(&step);
  return tmpfs ? tmpfs->target : "";
}

}  // namespace

void plan_mount_point_parents(Builder& builder) {
  if (builder.image.kind == image::ImageKind::Host || !foreign_layer(builder))
    return;
  std::vector<std::string> parents;
  for (const PlannedStep& planned : builder.plan.steps)
    if (planned.phase == Phase::Mounts)
      if (std::string target = target_of(planned.step); !target.empty())
        parents.push_back(std::move(target));
  for (PlannedStep& planned : builder.plan.steps)
    if (auto* root = std::get_if<OverlayRoot>(&planned.step))
      root->mount_point_parents = parents;
}

Status plan_root(Builder& builder) {
  builder.init(Phase::Root, PrivateMounts{});
  if (builder.image.kind == image::ImageKind::Host)
    return plan_host_root(builder);
  OverlayRoot root{.layers = builder.image.layers};
  TRY(choose_driver(builder, root));
  TRY(choose_upper(builder, root));
  if (root.driver == spec::OverlayDriver::Native) {
    // An overlay takes a private copy of each lower mount, which the kernel refuses where a mount below it is
    // locked to the outer namespace; FUSE reads through paths and does not mind.
    for (const image::Layer& layer : root.layers)
      if (const auto below = builder.host.mounts_below(layer.path); !below.empty())
        return fail({.step = fmt::format(
                         "image {}: {} is mounted below it, and the kernel's overlay cannot include that",
                         builder.image.name, below.front()),
                     .origin = builder.spec.image.origin.text,
                     .hint = "unmount it, or use --overlay fuse"});
  }
  if (const image::Layer* foreign = foreign_layer(builder))
    builder.note(
        fmt::format("{} belongs to user {}, not to you: its files can be read inside, but not changed",
                    foreign->path, foreign->uid),
        builder.spec.image.origin);
  builder.disk_wanted = root.upper == UpperPlace::Disk;
  builder.init(Phase::Root, std::move(root), builder.spec.image.origin);
  return {};
}

}  // namespace snug::plan
