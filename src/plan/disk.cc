// Writable layers on disk: where they lie, and whether they can.
#include "base/path.h"
#include "plan/builder.h"

namespace snug::plan {
namespace {

std::string throwaway_dir(const host::HostView& host) {
  return host.store_dir() + "/throwaway";
}

}  // namespace

std::optional<std::string> store_problem(const host::HostView& host) {
  constexpr std::uint64_t kOverlayFs = 0x794c7630;
  constexpr std::uint64_t kNfs = 0x6969;
  std::string dir = throwaway_dir(host);
  auto magic = host.file_system(dir);
  while (!magic && dir != "/") {
    dir = parent_path(dir);
    magic = host.file_system(dir);
  }
  if (magic && *magic == kOverlayFs)
    return "the store (" + host.store_dir() +
           ") is itself on an overlay, which cannot hold another's writable layer";
  if (magic && *magic == kNfs)
    return "the store (" + host.store_dir() + ") is on NFS, which cannot hold a writable layer";
  return std::nullopt;
}

// Before anything else: the throwaway layer on disk, and what earlier ones have left.
void plan_disk(Builder& builder) {
  if (!builder.disk_wanted && builder.image.kind == image::ImageKind::Host && !builder.kept())
    return;
  const std::string parent = throwaway_dir(builder.host);
  const auto first = [&](Step step, const Origin& origin) {
    builder.plan.steps.insert(builder.plan.steps.begin(),
                              PlannedStep{Phase::Create, Actor::Supervisor, std::move(step), origin});
  };
  if (builder.kept())
    first(KeepContainer{builder.host.store_dir() + "/containers/" + builder.spec.name->value,
                        builder.spec.remove_at_end.value},
          builder.spec.name->origin);
  else if (builder.disk_wanted)
    first(PrepareDisk{parent}, builder.spec.writable.origin);
  if (builder.host.stat(parent))
    first(SweepDisk{parent}, Origin{});
}

}  // namespace snug::plan
