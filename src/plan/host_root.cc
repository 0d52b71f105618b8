// The host as an image: its programs read-only, a chosen part of its /etc, everything personal empty and
// fresh.
#include <fmt/format.h>

#include <cerrno>
#include <string_view>

#include "base/path.h"
#include "base/text.h"
#include "base/try.h"
#include "plan/builder.h"

namespace snug::plan {
namespace {

constexpr std::string_view kPrograms[] = {"/usr", "/opt",   "/bin",   "/sbin",
                                          "/lib", "/lib32", "/lib64", "/libx32"};

// What programs need to find libraries, names, time, trust anchors and each other. Not here, on purpose:
// shadow and gshadow, sudoers, ssh (host keys), NetworkManager, machine-id, fstab, crontabs, mail, package
// managers' credentials (apt/auth.conf).
constexpr std::string_view kEtc[] = {
    "alternatives", "bash.bashrc",     "crypto-policies", "debian_version", "fonts",
    "inputrc",      "java-17-openjdk", "java-21-openjdk", "ld.so.cache",    "locale.conf",
    "localtime",    "lsb-release",     "manpath.config",  "nsswitch.conf",  "os-release",
    "pki",          "profile",         "profile.d",       "protocols",      "services",
    "ssl",          "timezone"};

// A mount costs the kernel some twenty microseconds to make and take down, a small file about five: up to
// this size a file is copied.
constexpr std::size_t kCopyUpTo = 16 << 10;

struct FreshDir {
  std::string_view path;
  mode_t mode;
};
constexpr FreshDir kFresh[] = {{"/etc", 0755},      {"/home", 0755},    {"/root", 0700},
                               {"/run", 0755},      {"/tmp", 01777},    {"/var", 0755},
                               {"/var/tmp", 01777}, {"/var/lib", 0755}, {"/var/cache", 0755},
                               {"/var/log", 0755},  {"/mnt", 0755},     {"/srv", 0755}};

void bind(Builder& builder, std::string path, const host::FileInfo& seen) {
  BindMount step{.source = path, .target = path, .seen = seen};
  builder.init(Phase::Root, std::move(step), builder.spec.image.origin);
}

// One of the host's paths as the same inside. Links into /usr stay links, small files are copied, the rest is
// mounted. What is not there is left out: distributions differ.
Status show(Builder& builder, const std::string& path) {
  const host::HostView& host = builder.host;
  const Origin& origin = builder.spec.image.origin;
  if (const auto link = host.read_link(path);
      link && (link->starts_with("/usr/") || link->starts_with("usr/") || link->starts_with("../usr/"))) {
    builder.init(Phase::Root, MakeSymlink{path, *link}, origin);
    return {};
  }
  const auto seen = host.stat(path);
  if (!seen && (seen.error().err == ENOENT || seen.error().err == ENOTDIR || seen.error().err == EACCES))
    return {};
  if (!seen)
    return tl::unexpected{seen.error()};
  if (seen->kind == FileKind::Regular && seen->size <= kCopyUpTo)
    if (auto text = host.read_file(path); text) {
      builder.init(Phase::Root, BindText{.target = path, .text = std::move(*text), .copied = true}, origin);
      return {};
    }
  bind(builder, path, *seen);
  return {};
}

// The payload's own line, root's, and the system's accounts: names that files of /usr may have, but nobody
// else's.
std::string passwd_text(const Builder& builder) {
  std::string text;
  bool own = false;
  const auto add = [&](const image::UserEntry& user) {
    text += fmt::format("{}:x:{}:{}::{}:{}\n", user.name, user.uid, user.gid, user.home, user.shell);
    own = own || user.uid == builder.user.uid;
  };
  const auto safe = [](std::string_view field) {
    return field.find_first_of(":\n") == std::string_view::npos;
  };
  for (const image::UserEntry& user : builder.image.users)
    if (user.uid < 1000 || user.uid == 65534 || user.uid == builder.user.uid)
      add(user);
  if (!own && safe(builder.user.name) && safe(builder.user.home))
    add({.name = builder.user.name.empty() ? "user" : builder.user.name,
         .uid = builder.user.uid,
         .gid = builder.user.gid,
         .home = builder.user.home,
         .shell = safe(builder.user.shell) ? builder.user.shell : "/bin/sh"});
  return text;
}

std::string group_text(const Builder& builder) {
  std::string text;
  bool own = false;
  for (const image::GroupEntry& group : builder.image.groups) {
    if (group.gid >= 1000 && group.gid != 65534 && group.gid != builder.user.gid)
      continue;
    text += group.name + ":x:" + std::to_string(group.gid) + ":\n";
    own = own || group.gid == builder.user.gid;
  }
  if (!own)
    text +=
        fmt::format("{}:x:{}:\n", builder.user.name.empty() ? "user" : builder.user.name, builder.user.gid);
  return text;
}

}  // namespace

Status plan_host_root(Builder& builder) {
  const Origin& origin = builder.spec.image.origin;
  if (builder.kept() && builder.spec.writable.value != spec::Writable::None)
    builder.init(Phase::Root, DiskRoot{}, origin);
  else
    builder.init(Phase::Root, TmpfsRoot{builder.spec.rootfs_size ? builder.spec.rootfs_size->value : 0},
                 origin);
  for (const FreshDir& dir : kFresh)
    builder.init(Phase::Root, MakeDir{std::string{dir.path}, dir.mode}, origin);
  for (const std::string_view path : kPrograms) TRY(show(builder, std::string{path}));
  for (const std::string_view name : kEtc) TRY(show(builder, join_path("/etc", name)));
  builder.init(Phase::Root, MakeSymlink{"/etc/mtab", "/proc/self/mounts"}, origin);
  builder.init(Phase::Root, MakeSymlink{"/var/run", "/run"}, origin);
  builder.init(Phase::Root, BindText{"/etc/passwd", passwd_text(builder)}, origin);
  builder.init(Phase::Root, BindText{"/etc/group", group_text(builder)}, origin);
  if (builder.user.home != "/" && builder.user.home != "/root" && normalize_absolute(builder.user.home))
    builder.init(Phase::Root, MakeDir{*normalize_absolute(builder.user.home), 0700}, origin);
  return {};
}

}  // namespace snug::plan
