// Host files and directories inside: as they are, or as a copy-on-write view.
#include <fmt/format.h>

#include "base/path.h"
#include "base/text.h"
#include "base/try.h"
#include "plan/builder.h"
#include "plan/views.h"

namespace snug::plan {
namespace {

// What is at the source; nothing where it is missing and optional.
Result<std::optional<host::FileInfo>> find_source(Builder& builder, const spec::Mount& mount) {
  const auto seen = builder.host.stat(mount.source);
  if (seen)
    return *seen;
  if (mount.missing == spec::Missing::Skip) {
    builder.note(fmt::format("{} is not there: {} is left out", mount.source, mount.target), mount.origin);
    return std::nullopt;
  }
  return fail(
      {.step = fmt::format("mount {} on {}", mount.source, mount.target),
       .err = seen.error().err,
       .origin = mount.origin.text,
       .hint = seen.error().err == ENOENT
                   ? "snug makes nothing on the host: create it, or make the mount optional in a profile"
                   : "your own user must be able to reach it"});
}

Status plan_bind(Builder& builder, const spec::Mount& mount, const host::FileInfo& seen) {
  BindMount step{.source = mount.source,
                 .target = mount.target,
                 .access = mount.access,
                 .missing = mount.missing,
                 .seen = seen,
                 .devices = seen.kind == FileKind::Device || is_beneath(mount.source, "/dev")};
  builder.init(Phase::Mounts, step, mount.origin);
  return plan_guards(builder, step, mount.origin);
}

// Why the view could not be made; each with what helps. `fuse`: not by the kernel's overlay.
Status check_cow(const Builder& builder, const spec::Mount& mount, const host::FileInfo& seen, bool fuse) {
  const auto refuse = [&](std::string cause, std::string hint) {
    return fail({.step = fmt::format("copy-on-write view of {}: {}", mount.source, cause),
                 .origin = mount.origin.text,
                 .hint = std::move(hint)});
  };
  if (seen.kind != FileKind::Directory)
    return refuse("it is not a directory", "mount the directory that it is in, or the file read-only");
  if (const auto below = builder.host.mounts_below(mount.source); !below.empty() && !fuse)
    return refuse(
        fmt::format("{} is mounted below it, and the kernel's overlay cannot include that", below.front()),
        "unmount it, use --overlay fuse, or mount the directory read-only instead");
  return {};
}

// As for the root.
Result<std::string> choose_cow_driver(Builder& builder, const spec::Mount& mount) {
  auto program = choose_overlay(builder, "the view of " + mount.source, mount.origin);
  if (program)
    return program;
  Error error = std::move(program).error();
  error.step = fmt::format("copy-on-write view of {}: {}", mount.source, error.step);
  error.origin = mount.origin.text;
  error.hint += error.hint.empty() ? "" : ", or mount the directory read-only instead (SRC:DST:ro)";
  return tl::unexpected{std::move(error)};
}

Status plan_cow(Builder& builder, const spec::Mount& mount, const host::FileInfo& seen) {
  auto program = TRY(choose_cow_driver(builder, mount));
  const bool fuse = !program.empty();
  TRY(check_cow(builder, mount, seen, fuse));
  // The server is outside of the sandbox's mounts, and could not reach a layer in memory.
  const bool disk = fuse || builder.kept() || builder.spec.writable.value == spec::Writable::Disk ||
                    !builder.host.tmpfs_has_user_xattrs();
  if (disk) {
    if (const auto problem = store_problem(builder.host); problem && !fuse)
      return fail(
          {.step = *problem,
           .origin = mount.origin.text,
           .hint =
               "set XDG_DATA_HOME to a local disk, use --overlay fuse, or mount the directory read-only"});
    builder.disk_wanted = true;
  }
  const auto& size = builder.spec.rootfs_size;
  if (size && disk)
    return fail(
        {.step = fmt::format(
             "rootfs.size: what is changed in the view of {} lies on disk, which cannot be bounded "
             "without root (no project quota)",
             escape_control(mount.source)),
         .origin = size->origin.text,
         .hint = "leave the size out; from Linux 6.6 on a throwaway view is in memory, and can be bounded"});
  builder.init(Phase::Mounts,
               CowMount{.source = mount.source,
                        .target = mount.target,
                        .upper = disk ? UpperPlace::Disk : UpperPlace::Tmpfs,
                        .size = size ? size->value : 0,
                        .fuse_program = std::move(program),
                        .layer = disk ? view_layer(mount.source, mount.target) : "",
                        .kept = builder.kept(),
                        .seen = seen},
               mount.origin);
  return {};
}

}  // namespace

Status plan_share(Builder& builder, const spec::Mount& mount) {
  const auto seen = TRY(find_source(builder, mount));
  if (!seen)
    return {};
  return mount.type == spec::MountType::Cow ? plan_cow(builder, mount, *seen)
                                            : plan_bind(builder, mount, *seen);
}

}  // namespace snug::plan
