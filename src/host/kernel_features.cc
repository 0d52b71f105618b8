#include "host/kernel_features.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <linux/magic.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>

#include "host/kernel_version.h"
#include "sys/file_io.h"

namespace snug::host {
namespace {

// Every call here has arguments that no kernel accepts. One that knows the call says so with another errno.
bool knows(long result) {
  return result >= 0 || errno != ENOSYS;
}

bool is_zero(const char* sysctl) {
  const auto text = sys::read_text_file(sysctl);
  return text && *text == "0\n";
}

bool overlay_is_there(const std::string& release) {
  const auto known = sys::read_text_file("/proc/filesystems");
  return (known && known->find("\toverlay\n") != std::string::npos) ||
         access(("/lib/modules/" + release + "/kernel/fs/overlayfs").c_str(), F_OK) == 0;
}

}  // namespace

KernelFeatures look_at_kernel() {
  utsname name{};
  (void)uname(&name);  // fails for a bad address alone
  const KernelVersion version = parse_kernel_version(name.release);
  KernelFeatures features{.release = name.release};
  features.user_namespaces = access("/proc/self/ns/user", F_OK) == 0 &&
                             !is_zero("/proc/sys/user/max_user_namespaces") &&
                             !is_zero("/proc/sys/kernel/unprivileged_userns_clone");
  features.overlay = version >= KernelVersion{5, 11} && overlay_is_there(features.release);
  features.tmpfs_xattrs = version >= KernelVersion{6, 6};
  features.mount_api = knows(syscall(SYS_fsopen, nullptr, ~0U));
  features.mount_setattr = knows(syscall(SYS_mount_setattr, -1, nullptr, ~0U, nullptr, 0));
  const std::uint32_t notify = SECCOMP_RET_USER_NOTIF;
  features.seccomp_notify = syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &notify) == 0;
  const long landlock = syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  features.landlock = landlock > 0 ? static_cast<unsigned>(landlock) : 0;
  struct statfs info {};
  features.cgroup2 = statfs("/sys/fs/cgroup", &info) == 0 && info.f_type == CGROUP2_SUPER_MAGIC;
  return features;
}

}  // namespace snug::host
