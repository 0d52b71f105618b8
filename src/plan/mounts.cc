// What the user named, and the files that snug makes for the sandbox.
#include <fmt/format.h>

#include <algorithm>

#include "base/path.h"
#include "base/text.h"
#include "plan/builder.h"

namespace snug {
namespace {

Status check_target(const Mount& mount) {
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

bool root_is_read_only(const Spec& spec) {
  return spec.read_only.value || spec.writable.value == Writable::None;
}

// What stays writable beside a read-only root. A command that nobody vouches for gets no /run: it is where
// sockets of services would be, and nothing needs to be there for it.
void plan_scratch_dirs(Builder& builder) {
  const Spec& spec = builder.spec;
  if (!root_is_read_only(spec))
    return;
  const auto add = [&](const char* target, mode_t mode) {
    if (std::ranges::find(spec.mounts, target, &Mount::target) == spec.mounts.end())
      builder.init(Phase::Mounts, MountTmpfs{.target = target, .mode = mode},
                   spec.read_only.value ? spec.read_only.origin : spec.writable.origin);
  };
  add("/tmp", 01777);
  add("/var/tmp", 01777);
  if (spec.seccomp.value != Tier::Strict)
    add("/run", 0755);
}

std::string hosts_text(const std::string& hostname) {
  return fmt::format("127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n127.0.1.1\t{}\n",
                     hostname);
}

void plan_name_service(Builder& builder) {
  const Spec& spec = builder.spec;
  const std::string hostname = spec.hostname ? spec.hostname->value : "snug";
  std::string hosts = hosts_text(hostname);
  if (spec.network.value == NetworkMode::Host) {
    // The host's network with the host's names for it.
    if (const auto text = builder.host.read_file("/etc/hosts"))
      hosts = *text + fmt::format("127.0.1.1\t{}\n", hostname);
    if (const auto text = builder.host.read_file("/etc/resolv.conf"))
      builder.init(Phase::Mounts, BindText{"/etc/resolv.conf", *text}, spec.network.origin);
  }
  if (spec.network.value == NetworkMode::Gate)
    builder.init(Phase::Mounts, BindText{"/etc/resolv.conf", "nameserver 198.18.0.1\n"}, spec.network.origin);
  builder.init(Phase::Mounts, BindText{"/etc/hosts", std::move(hosts)}, spec.network.origin);
  builder.init(Phase::Mounts, BindText{"/etc/hostname", hostname + "\n"},
               spec.hostname ? spec.hostname->origin : Origin{});
}

// Where the payload starts: what was asked for, the image's, the caller's own directory where that is mounted
// at the same place, else home.
void choose_workdir(Builder& builder) {
  const Spec& spec = builder.spec;
  if (spec.workdir) {
    builder.workdir = spec.workdir->value;
    return;
  }
  if (!builder.image.config.workdir.empty()) {
    builder.workdir = builder.image.config.workdir;
    return;
  }
  const std::string& cwd = builder.host.caller().cwd;
  for (const Mount& mount : spec.mounts)
    if (mount.type != MountType::Tmpfs && mount.source == mount.target && is_beneath(cwd, mount.target)) {
      builder.workdir = cwd;
      return;
    }
  builder.workdir = builder.image.kind == ImageKind::Host ? builder.user.home : "/";
}

}  // namespace

Status plan_mounts(Builder& builder) {
  const Spec& spec = builder.spec;
  plan_scratch_dirs(builder);

  // Parents first: a mount made later would hide what was mounted below it before.
  std::vector<const Mount*> mounts;
  for (const Mount& mount : spec.mounts) mounts.push_back(&mount);
  std::ranges::stable_sort(mounts, {},
                           [](const Mount* mount) { return std::ranges::count(mount->target, '/'); });
  for (const Mount* mount : mounts) {
    if (Status status = check_target(*mount); !status)
      return status;
    if (mount->type == MountType::Tmpfs)
      builder.init(Phase::Mounts, MountTmpfs{mount->target, mount->size, mount->mode, mount->access},
                   mount->origin);
    else if (Status status = plan_share(builder, *mount); !status)
      return status;
  }

  plan_name_service(builder);
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
  plan_room(builder);
  plan_disk(builder);
  return {};
}

}  // namespace snug
