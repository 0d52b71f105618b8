// What the user named, and where the payload starts.
#include <fmt/format.h>

#include <algorithm>

#include "base/path.h"
#include "base/text.h"
#include "base/try.h"
#include "plan/builder.h"
#include "plan/views.h"

namespace snug::plan {
namespace {

Status check_target(const spec::Mount& mount) {
  for (const std::string_view system : {"/proc", "/sys"})
    if (is_beneath(mount.target, system))
      return fail({.step = fmt::format("mount target {}: {} is the kernel's", mount.target, system),
                   .origin = mount.origin.text,
                   .hint = "choose another target; security.proc = \"full\" shows the whole of /proc"});
  if (mount.target == "/" || mount.target == "/dev")
    return fail({.step = fmt::format("mount target {}: snug puts that together itself", mount.target),
                 .origin = mount.origin.text,
                 .hint = "choose a directory below it"});
  return {};
}

bool root_is_read_only(const spec::Spec& spec) {
  return spec.read_only.value || spec.writable.value == spec::Writable::None;
}

// What stays writable beside a read-only root. A command that nobody vouches for gets no /run: it is where
// sockets of services would be, and nothing needs to be there for it.
void plan_scratch_dirs(Builder& builder) {
  const spec::Spec& spec = builder.spec;
  if (!root_is_read_only(spec))
    return;
  const auto add = [&](const char* target, mode_t mode) {
    if (std::ranges::find(spec.mounts, target, &spec::Mount::target) == spec.mounts.end())
      builder.init(Phase::Mounts, MountTmpfs{.target = target, .mode = mode},
                   spec.read_only.value ? spec.read_only.origin : spec.writable.origin);
  };
  add("/tmp", 01777);
  add("/var/tmp", 01777);
  if (spec.seccomp.value != spec::Tier::Strict)
    add("/run", 0755);
}

// Where the payload starts: what was asked for, the image's, the caller's own directory where that is mounted
// at the same place, else home.
void choose_workdir(Builder& builder) {
  const spec::Spec& spec = builder.spec;
  if (spec.workdir) {
    builder.workdir = spec.workdir->value;
    return;
  }
  if (!builder.image.config.workdir.empty()) {
    builder.workdir = builder.image.config.workdir;
    return;
  }
  const std::string& cwd = builder.host.caller().cwd;
  for (const spec::Mount& mount : spec.mounts)
    if (mount.type != spec::MountType::Tmpfs && mount.source == mount.target &&
        is_beneath(cwd, mount.target)) {
      builder.workdir = cwd;
      return;
    }
  builder.workdir = builder.image.kind == image::ImageKind::Host ? builder.user.home : "/";
}

}  // namespace

Status plan_mounts(Builder& builder) {
  const spec::Spec& spec = builder.spec;
  // Before what the user named: a volume at one of these places, or above them, has the last word, and none
  // of its files is touched.
  TRY(plan_name_service(builder));
  plan_scratch_dirs(builder);

  for (const spec::Mount* mount : mounts_in_order(spec)) {
    TRY(check_target(*mount));
    if (mount->type == spec::MountType::Tmpfs)
      builder.init(Phase::Mounts, MountTmpfs{mount->target, mount->size, mount->mode, mount->access},
                   mount->origin);
    else
      TRY(plan_share(builder, *mount));
  }

  if (builder.fake_root)
    // apt drops to a user of its own for downloads, which one id cannot be; this is its own switch for that.
    // See plan/payload.cc.
    builder.init(Phase::Mounts, BindText{"/run/snug/apt.conf", "APT::Sandbox::User \"root\";\n"},
                 spec.fake_root.origin);

  choose_workdir(builder);
  const auto workdir = normalize_absolute(builder.workdir);
  if (!workdir)
    return fail({.step = fmt::format("workdir {}: must be an absolute path without \"..\"",
                                     escape_control(builder.workdir)),
                 .origin = spec.workdir ? spec.workdir->origin.text : "image.toml",
                 .hint = "it is a path inside the sandbox"});
  builder.workdir = *workdir;
  // As docker does: a working directory that was asked for, by flag, profile or image, is made where it is
  // missing.
  const bool asked = spec.workdir || !builder.image.config.workdir.empty();
  if (asked && *workdir != "/" && !is_beneath(*workdir, "/proc") && !is_beneath(*workdir, "/sys") &&
      !is_beneath(*workdir, "/dev"))
    builder.init(Phase::Mounts, MakeDir{*workdir, 0755},
                 spec.workdir ? spec.workdir->origin : Origin{"image.toml"});
  if (root_is_read_only(spec))
    builder.init(Phase::Mounts, RootReadOnly{},
                 spec.read_only.value ? spec.read_only.origin : spec.writable.origin);
  plan_mount_point_parents(builder);
  plan_disk(builder);
  return {};
}

}  // namespace snug::plan
