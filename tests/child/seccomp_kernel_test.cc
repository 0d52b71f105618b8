// The filters as the kernel runs them. Each call is chosen so that without a filter it fails in another way,
// or not at all: a right answer can only come from the filter.
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <thread>

#include "seccomp/filter.h"
#include "support/i386_calls.h"

namespace seccomp_kernel_test {

using namespace snug;
using namespace snug::seccomp;

namespace {

constexpr int kInstallFailed = -1000;
constexpr int kDied = -1001;

// Forks, installs the filter where one is given, and returns what `body` returns there.
template<class Body>
int in_child(const FilterRequest* request, Body body) {
  Filter filter;
  if (request) {
    auto made = make_filter(*request);
    REQUIRE(made);
    filter = std::move(*made);
  }
  int ends[2];
  REQUIRE(pipe2(ends, O_CLOEXEC) == 0);
  const pid_t pid = fork();
  REQUIRE(pid >= 0);
  if (pid == 0) {
    signal(SIGSEGV, SIG_DFL);  // a death is an answer here, not Catch2's business
    const sock_fprog program{static_cast<unsigned short>(filter.program.size()),
                             const_cast<sock_filter*>(filter.program.data())};
    int value = kInstallFailed;
    if (!request || (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
                     syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0))
      value = body();
    _exit(write(ends[1], &value, sizeof value) == sizeof value ? 0 : 1);
  }
  close(ends[1]);
  int value = kDied;
  if (read(ends[0], &value, sizeof value) != sizeof value)
    value = kDied;
  close(ends[0]);
  waitpid(pid, nullptr, 0);
  return value;
}

struct Call {
  const char* what;
  long number;
  unsigned long a = 0, b = 0, c = 0, d = 0;
};

// 0 for success, else the errno.
int answer(const FilterRequest* request, const Call& call) {
  return in_child(request,
                  [&] { return syscall(call.number, call.a, call.b, call.c, call.d, 0, 0) < 0 ? errno : 0; });
}

constexpr unsigned long kHigh = 0xABCD'0000'0000;
constexpr unsigned long kNowhere = static_cast<unsigned long>(-1);  // no file descriptor, no address

}  // namespace

TEST_CASE("the kernel answers as each tier's filter says") {
  struct Row {
    Call call;
    int strict, default_, dev;
  };
  const Row rows[] = {
      {{"mount", SYS_mount}, EPERM, EPERM, EPERM},
      {{"ptrace of nobody", SYS_ptrace, 16, 0x7FFFFFFF}, EPERM, EPERM, ESRCH},
      {{"clone of a user namespace", SYS_clone, CLONE_NEWUSER | CLONE_FS}, EPERM, EPERM, EPERM},
      {{"unshare of a user namespace", SYS_unshare, CLONE_NEWUSER | 1}, EPERM, EPERM, EPERM},
      {{"clone3", SYS_clone3}, ENOSYS, ENOSYS, ENOSYS},
      {{"io_uring_setup", SYS_io_uring_setup}, ENOSYS, ENOSYS, ENOSYS},
      {{"keyctl", SYS_keyctl, 9999}, EPERM, EPERM, EPERM},
      {{"bpf", SYS_bpf, 9999}, EPERM, EPERM, EPERM},
      {{"AF_ALG", SYS_socket, AF_ALG, SOCK_SEQPACKET}, EAFNOSUPPORT, EAFNOSUPPORT, EAFNOSUPPORT},
      {{"AF_VSOCK", SYS_socket, AF_VSOCK, SOCK_STREAM}, EAFNOSUPPORT, EAFNOSUPPORT, EAFNOSUPPORT},
      {{"AF_PACKET of no type", SYS_socket, AF_PACKET, 99}, EAFNOSUPPORT, EAFNOSUPPORT, EINVAL},
      {{"AF_INET", SYS_socket, AF_INET, SOCK_STREAM}, EAFNOSUPPORT, 0, 0},
      {{"AF_UNIX", SYS_socket, AF_UNIX, SOCK_STREAM}, 0, 0, 0},
      {{"netlink route", SYS_socket, AF_NETLINK, SOCK_RAW, NETLINK_ROUTE}, EAFNOSUPPORT, 0, 0},
      {{"netlink audit", SYS_socket, AF_NETLINK, SOCK_RAW, NETLINK_AUDIT}, EAFNOSUPPORT, EINVAL, EINVAL},
      {{"TIOCSTI", SYS_ioctl, kNowhere, TIOCSTI}, EPERM, EPERM, EPERM},
      {{"TIOCSTI with high bits", SYS_ioctl, kNowhere, kHigh | TIOCSTI}, EPERM, EPERM, EPERM},
      {{"TIOCLINUX", SYS_ioctl, kNowhere, TIOCLINUX}, EPERM, EPERM, EPERM},
      {{"TCGETS", SYS_ioctl, kNowhere, TCGETS}, EBADF, EBADF, EBADF},
      {{"fchmod 4755", SYS_fchmod, kNowhere, 04755}, EPERM, EBADF, EBADF},
      {{"fchmod 0755", SYS_fchmod, kNowhere, 0755}, EBADF, EBADF, EBADF},
      {{"openat with a setuid mode", SYS_openat, kNowhere, kNowhere, O_CREAT, 04755}, EPERM, EFAULT, EFAULT},
      {{"mknodat of a device", SYS_mknodat, kNowhere, kNowhere, S_IFCHR | 0600}, EPERM, EPERM, EPERM},
      {{"mknodat of a pipe", SYS_mknodat, kNowhere, kNowhere, S_IFIFO | 0600}, EFAULT, EFAULT, EFAULT},
      {{"personality of Linux 2.6", SYS_personality, 0x20000}, EPERM, 0, 0},
      {{"personality without randomisation", SYS_personality, 0x40000}, EPERM, EPERM, 0},
      {{"personality that maps page 0", SYS_personality, 0x100000}, EPERM, EPERM, EPERM},
      {{"a call of the future", 1000}, ENOSYS, ENOSYS, ENOSYS},
      {{"getpid", SYS_getpid}, 0, 0, 0},
  };
  const FilterRequest strict{.tier = FilterTier::Strict}, default_{}, dev{.tier = FilterTier::Dev};
  for (const Row& row : rows) {
    INFO(row.call.what);
    CHECK(answer(&strict, row.call) == row.strict);
    CHECK(answer(&default_, row.call) == row.default_);
    CHECK(answer(&dev, row.call) == row.dev);
  }
}

TEST_CASE("without a filter the kernel would have answered otherwise") {
  CHECK(answer(nullptr, {"mount", SYS_mount}) == EFAULT);
  CHECK(answer(nullptr, {"ptrace", SYS_ptrace, 16, 0x7FFFFFFF}) == ESRCH);
  CHECK(answer(nullptr, {"clone", SYS_clone, CLONE_NEWUSER | CLONE_FS}) == EINVAL);
  CHECK(answer(nullptr, {"unshare", SYS_unshare, CLONE_NEWUSER | 1}) == EINVAL);
  CHECK(answer(nullptr, {"clone3", SYS_clone3}) == EINVAL);
  CHECK(answer(nullptr, {"keyctl", SYS_keyctl, 9999}) == EOPNOTSUPP);
  CHECK(answer(nullptr, {"TIOCSTI", SYS_ioctl, kNowhere, kHigh | TIOCSTI}) == EBADF);
  CHECK(answer(nullptr, {"fchmod", SYS_fchmod, kNowhere, 04755}) == EBADF);
  CHECK(answer(nullptr, {"mknodat", SYS_mknodat, kNowhere, kNowhere, S_IFCHR | 0600}) == EFAULT);
  CHECK(answer(nullptr, {"personality", SYS_personality, 0x100000}) == 0);
}

TEST_CASE("a fake root is told that owners, ids and devices were changed") {
  const FilterRequest request{.fake_root = true};
  CHECK(answer(&request, {"fchown", SYS_fchown, kNowhere, 1, 1}) == 0);
  CHECK(answer(&request, {"fchownat", SYS_fchownat, kNowhere, kNowhere, 1, 1}) == 0);
  CHECK(answer(&request, {"setgroups", SYS_setgroups, 1, kNowhere}) == 0);
  CHECK(answer(&request, {"capset", SYS_capset, kNowhere, kNowhere}) == 0);
  CHECK(answer(&request, {"mknodat", SYS_mknodat, kNowhere, kNowhere, S_IFBLK | 0600}) == 0);
  const uid_t own = getuid();
  CHECK(in_child(&request, [&] { return setresuid(12345, 12345, 12345) == 0 && getuid() == own; }) == 1);
  CHECK(answer(&request, {"mount", SYS_mount}) == EPERM);
}

TEST_CASE("threads, forks and programs run under every filter") {
  for (const FilterTier tier : {FilterTier::Strict, FilterTier::Default, FilterTier::Dev})
    for (const bool fake_root : {false, true}) {
      const FilterRequest request{.tier = tier, .fake_root = fake_root, .host_paths_writable = true};
      const int status = in_child(&request, [] {
        int value = 0;
        std::thread{[&] { value = 42; }}.join();
        const pid_t pid = fork();
        if (pid == 0) {
          execl("/bin/sh", "sh", "-c", "exit $(($(echo 3) + 4))", nullptr);
          _exit(99);
        }
        int wait_status = 0;
        waitpid(pid, &wait_status, 0);
        return value * 100 + WEXITSTATUS(wait_status);
      });
      CHECK(status == 4207);
    }
}

#ifdef __x86_64__
TEST_CASE("int 0x80 is no way around the filter") {
  const auto old_getpid = [] { return call_i386(kGetpidI386); };
  const auto answers = [] { return int{call_i386(kGetpidI386) == getpid()}; };
  const FilterRequest strict{.tier = FilterTier::Strict}, default_{}, dev{.tier = FilterTier::Dev},
      opened{.x86_abi = true};
  if (!kernel_has_i386_calls()) {
    for (const FilterRequest* request : {&strict, &default_, &dev, &opened})
      CHECK(in_child(request, old_getpid) == kDied);
    return;
  }
  CHECK(in_child(&strict, old_getpid) == -ENOSYS);
  CHECK(in_child(&default_, old_getpid) == -ENOSYS);
  CHECK(in_child(&dev, answers) == 1);
  CHECK(in_child(&opened, answers) == 1);
}

TEST_CASE("the x32 ABI is refused") {
  const FilterRequest request{.tier = FilterTier::Dev};
  CHECK(answer(&request, {"getpid", 0x40000000 | SYS_getpid}) == ENOSYS);
}
#endif

}  // namespace seccomp_kernel_test
