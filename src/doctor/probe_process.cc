// Who and where this process is, and what the kernel has been told.
#include <sys/statvfs.h>
#include <sys/xattr.h>

#include <algorithm>

#include "base/path.h"
#include "base/text.h"
#include "doctor/probe.h"
#include "doctor/proc_text.h"
#include "host/kernel_version.h"
#include "sys/file_io.h"

namespace snug::doctor {
namespace {

constexpr std::string_view kSysctls[] = {"kernel/unprivileged_userns_clone",
                                         "kernel/apparmor_restrict_unprivileged_userns",
                                         "user/max_user_namespaces",
                                         "user/max_mnt_namespaces",
                                         "user/max_pid_namespaces",
                                         "user/max_ipc_namespaces",
                                         "user/max_uts_namespaces",
                                         "user/max_cgroup_namespaces",
                                         "user/max_net_namespaces",
                                         "fs/mount-max",
                                         "net/ipv4/ip_unprivileged_port_start",
                                         "net/ipv4/ping_group_range"};

std::string text_of(const host::HostView& host, const std::string& path) {
  auto text = host.read_file(path);
  if (!text)
    return "";
  while (!text->empty() && (text->back() == '\n' || text->back() == '\0')) text->pop_back();
  return std::move(*text);
}

std::vector<sys::MountLine> own_mounts() {
  const auto text = sys::read_text_file("/proc/self/mountinfo", 64 << 20);
  return text ? sys::parse_mountinfo(*text) : std::vector<sys::MountLine>{};
}

std::string container_name(const host::HostView& host) {
  if (host.stat("/run/.containerenv"))
    return "podman";
  if (host.stat("/.dockerenv"))
    return "docker";
  if (host.environment("KUBERNETES_SERVICE_HOST"))
    return "kubernetes";
  if (const std::string name = text_of(host, "/run/systemd/container"); !name.empty())
    return name;
  const std::string groups = text_of(host, "/proc/self/cgroup");
  for (const std::string_view name : {"docker", "kubepods", "libpod", "lxc"})
    if (groups.find(name) != std::string::npos)
      return std::string{name};
  const std::string name = host.environment("container").value_or("");
  return name == "snug" ? "" : name;  // a sandbox, not a container that somebody could start otherwise
}

// A root that is no mount point is no mount namespace's root. One that is may be another one's than init's.
bool is_chrooted(const host::HostView& host, const std::vector<sys::MountLine>& mounts) {
  if (!mounts.empty() &&
      std::ranges::find(mounts, std::string_view{"/"}, &sys::MountLine::target) == mounts.end())
    return true;
  const auto init = host.stat("/proc/1/root");
  const auto own = host.stat("/");
  const auto their_namespace = host.read_link("/proc/1/ns/mnt");
  const auto our_namespace = host.read_link("/proc/self/ns/mnt");
  return init && own && their_namespace && our_namespace && *their_namespace == *our_namespace &&
         (init->dev != own->dev || init->ino != own->ino);
}

// The first path from the binary upwards that somebody else than you and root may replace.
std::string open_to_others(const host::HostView& host, std::string path) {
  const host::Caller& you = host.caller();
  for (; !path.empty(); path = parent_path(path)) {
    const auto info = host.stat(path);
    if (!info)
      return "";
    const bool sticky = info->kind == FileKind::Directory && (info->mode & 01000);
    const bool open = (info->mode & 02) || ((info->mode & 020) && info->gid != 0 && info->gid != you.gid);
    if ((info->uid != 0 && info->uid != you.uid) || (open && !sticky))
      return path;
    if (path == "/")
      break;
  }
  return "";
}

}  // namespace

void read_process(const host::HostView& host, ProcessFacts& facts) {
  const std::string status = text_of(host, "/proc/self/status");
  facts.program = host.read_link("/proc/self/exe").value_or("");
  facts.open_to = open_to_others(host, facts.program);
  facts.file_capabilities = getxattr(facts.program.c_str(), "security.capability", nullptr, 0) > 0;
  const std::string_view effective = status_field(status, "CapEff");
  facts.capabilities = host.caller().uid != 0 && effective.find_first_not_of('0') != std::string_view::npos;
  facts.user = host.caller().user;
  facts.uid = host.caller().uid;
  if (const auto map = host.read_file("/proc/self/uid_map")) {
    facts.ids = parse_id_map(*map);
    facts.ids_known = true;
  }
  facts.seccomp = status_field(status, "Seccomp") == "2" ? 2 : 0;
  facts.no_new_privs = status_field(status, "NoNewPrivs") == "1";
  facts.label = text_of(host, "/proc/self/attr/current");
  facts.chrooted = is_chrooted(host, own_mounts());
  facts.container = container_name(host);
}

void read_kernel(const host::HostView& host, KernelFacts& facts) {
  facts.release = text_of(host, "/proc/sys/kernel/osrelease");
  facts.version = host::parse_kernel_version(facts.release);
  for (const std::string_view name : kSysctls)
    if (auto text = host.read_file("/proc/sys/" + std::string{name}))
      facts.sysctls[std::string{name}] = join(words_of(*text), " ");
  facts.selinux_enforcing = text_of(host, "/sys/fs/selinux/enforce") == "1";
  facts.apparmor_profile = text_of(host, "/etc/apparmor.d/snug");
  const auto mounts = own_mounts();
  facts.over_proc = hiding_mounts(mounts, "/proc");
  facts.over_sys = hiding_mounts(mounts, "/sys");
  const sys::MountLine* proc = mount_of(mounts, "/proc");
  facts.proc_read_only = proc && proc->target == "/proc" && has_option(proc->options, "ro");
  const auto abi = host.landlock_abi();
  facts.landlock = abi ? 0 : abi.error().err;
  facts.landlock_abi = abi.value_or(0U);
}

Helper read_helper(const host::HostView& host, std::string_view name) {
  const auto path = host.find_program(name);
  if (!path)
    return {};
  const auto info = host.stat(*path);
  struct statvfs place {};
  return {.path = *path,
          .setuid = info && info->uid == 0 && (info->mode & 04000),
          .file_capabilities = getxattr(path->c_str(), "security.capability", nullptr, 0) > 0,
          .nosuid = statvfs(path->c_str(), &place) == 0 && (place.f_flag & ST_NOSUID)};
}

void read_ids(const host::HostView& host, IdFacts& facts) {
  facts.newuidmap = read_helper(host, "newuidmap");
  facts.newgidmap = read_helper(host, "newgidmap");
  facts.uids = host.subordinate_uids();
  facts.gids = host.subordinate_gids();
  facts.overlaps = overlapping_users(text_of(host, "/etc/subuid"), host.caller().user, facts.uids);
}

}  // namespace snug::doctor
