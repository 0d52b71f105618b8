#include "network/confine_relay.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/unique_fd.h"

namespace snug::network {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#elif defined(__riscv)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_RISCV64;
#endif

constexpr int kCalls[] = {
    // bytes and sockets
    SYS_splice, SYS_pipe2, SYS_fcntl, SYS_close, SYS_read, SYS_write, SYS_socket, SYS_connect, SYS_bind,
    SYS_accept4, SYS_setsockopt, SYS_getsockopt, SYS_getsockname, SYS_shutdown, SYS_sendto, SYS_recvfrom,
    SYS_sendmsg, SYS_recvmsg,
    // waiting
    SYS_epoll_ctl, SYS_epoll_pwait, SYS_clock_gettime, SYS_restart_syscall,
#ifdef SYS_epoll_wait
    SYS_epoll_wait,
#endif
    // memory, and the end
    SYS_brk, SYS_mmap, SYS_munmap, SYS_mremap, SYS_madvise, SYS_futex, SYS_rt_sigreturn, SYS_exit_group};

// For whoever looks names up by c-ares: its configuration is read, and its questions are numbered at random.
constexpr int kFileCalls[] = {
    SYS_openat, SYS_fstat, SYS_newfstatat, SYS_statx,       SYS_lseek,        SYS_getrandom,
    SYS_uname,  SYS_readv, SYS_writev,     SYS_getpeername, SYS_gettimeofday,
#ifdef SYS_open
    SYS_open,   SYS_stat,
#endif
};

// EPERM for what is not in the list; what another architecture's table would say is not asked.
int install_filter(bool files) {
  std::vector<sock_filter> program{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kArchitecture, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
  };
  const auto allow = [&](std::span<const int> calls) {
    for (const int call : calls) {
      program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(call), 0, 1));
      program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    }
  };
  allow(kCalls);
  if (files)
    allow(kFileCalls);
  program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM));
  const sock_fprog filter{.len = static_cast<unsigned short>(program.size()), .filter = program.data()};
  return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) == 0 ? 0 : errno;
}

// A place that is not there needs no rule.
int let_read(int rules, const std::string& path) {
  const UniqueFd place{open(path.c_str(), O_PATH | O_CLOEXEC)};
  if (!place)
    return 0;
  struct stat info {};
  if (fstat(place.get(), &info) != 0)
    return errno;
  // A rule for a file must not speak of directories.
  const std::uint64_t directory = S_ISDIR(info.st_mode) ? LANDLOCK_ACCESS_FS_READ_DIR : 0;
  const landlock_path_beneath_attr beneath{.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE | directory,
                                           .parent_fd = place.get()};
  return syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0) == 0 ? 0 : errno;
}

// Without a rule no file at all. Without Landlock the filter stands alone.
int close_files(const std::vector<std::string>& readable) {
  constexpr std::uint64_t kAll =
      (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;  // of the first version, which all have
  const landlock_ruleset_attr attributes{.handled_access_fs = kAll};
  const UniqueFd rules{static_cast<int>(
      syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes.handled_access_fs, 0))};
  if (!rules)
    return errno == ENOSYS || errno == EOPNOTSUPP ? 0 : errno;
  for (const std::string& path : readable)
    if (const int error = let_read(rules.get(), path))
      return error;
  return syscall(SYS_landlock_restrict_self, rules.get(), 0) == 0 ? 0 : errno;
}

int keep_capabilities(bool net_admin) {
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  __user_cap_data_struct data[2]{};
  if (net_admin)
    data[0].effective = data[0].permitted = 1U << CAP_NET_ADMIN;
  return syscall(SYS_capset, &header, data) == 0 ? 0 : errno;
}

}  // namespace

int confine_relay(const RelayRights& rights) {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    return errno;
  if (const int error = keep_capabilities(rights.net_admin))
    return error;
  if (const int error = close_files(rights.readable))
    return error;
  return install_filter(!rights.readable.empty());
}

}  // namespace snug::network
