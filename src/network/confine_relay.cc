#include "network/confine_relay.h"

#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace snug {
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

// EPERM for what is not in the list; what another architecture's table would say is not asked.
int install_filter() {
  std::vector<sock_filter> program{
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kArchitecture, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
  };
  for (const int call : kCalls) {
    program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(call), 0, 1));
    program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  }
  program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM));
  const sock_fprog filter{.len = static_cast<unsigned short>(program.size()), .filter = program.data()};
  return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) == 0 ? 0 : errno;
}

// No rule: no file at all. Without Landlock the filter, which opens nothing, stands alone.
int close_files() {
  constexpr std::uint64_t kAll =
      (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;  // of the first version, which all have
  const landlock_ruleset_attr attributes{.handled_access_fs = kAll};
  const int rules = static_cast<int>(
      syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes.handled_access_fs, 0));
  if (rules < 0)
    return errno == ENOSYS || errno == EOPNOTSUPP ? 0 : errno;
  const int error = syscall(SYS_landlock_restrict_self, rules, 0) == 0 ? 0 : errno;
  close(rules);
  return error;
}

int keep_capabilities(bool net_admin) {
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  __user_cap_data_struct data[2]{};
  if (net_admin)
    data[0].effective = data[0].permitted = 1U << CAP_NET_ADMIN;
  return syscall(SYS_capset, &header, data) == 0 ? 0 : errno;
}

}  // namespace

int confine_relay(bool keep_net_admin) {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    return errno;
  if (const int error = keep_capabilities(keep_net_admin))
    return error;
  if (const int error = close_files())
    return error;
  return install_filter();
}

}  // namespace snug
