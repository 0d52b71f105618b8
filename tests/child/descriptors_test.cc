// What init and the payload keep open, with close_range and where the kernel does not know it.
#include "child/descriptors.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <cstddef>

namespace descriptors_test {

using namespace snug::child;

namespace {

bool forget_close_range() {
  sock_filter code[] = {{BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, nr)},
                        {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, SYS_close_range},
                        {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | ENOSYS},
                        {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW}};
  const sock_fprog program{4, code};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
}

// In a child that has 3 to 19 open, and 300: what `body` returns there.
template<class Body>
int in_child(bool old_kernel, Body body) {
  const pid_t pid = fork();
  REQUIRE(pid >= 0);
  if (pid == 0) {
    const int null = open("/dev/null", O_RDONLY);
    for (int fd = 3; fd < 20; ++fd) dup2(null, fd);
    dup2(null, 300);
    _exit(old_kernel && !forget_close_range() ? 99 : body());
  }
  int status = 0;
  REQUIRE(waitpid(pid, &status, 0) == pid);
  REQUIRE(WIFEXITED(status));
  return WEXITSTATUS(status);
}

int count_open(int from) {
  int count = 0;
  for (int fd = from; fd < 1024; ++fd) count += fcntl(fd, F_GETFD) >= 0 ? 1 : 0;
  return count;
}

}  // namespace

TEST_CASE("all but the kept ones and the standard three are closed") {
  for (const bool old_kernel : {false, true}) {
    CHECK(in_child(old_kernel, [] { return close_all_but({7, -1, 300}) == 0 ? count_open(3) : 98; }) == 2);
    CHECK(in_child(old_kernel, [] { return close_all_but({3, 4, 19}) == 0 ? count_open(3) : 98; }) == 3);
    CHECK(in_child(old_kernel, [] { return close_all_but({-1, -1, -1}) == 0 ? count_open(3) : 98; }) == 0);
    CHECK(in_child(old_kernel, [] {
            close_all_but({7, -1, 300});
            return fcntl(7, F_GETFD) >= 0 && fcntl(300, F_GETFD) >= 0 ? count_open(0) : 97;
          }) == 5);
  }
}

TEST_CASE("what is executed has the standard three only") {
  for (const bool old_kernel : {false, true})
    CHECK(in_child(old_kernel, [] {
            if (close_on_execute() != 0)
              return 98;
            int open_after_exec = 0;
            for (int fd = 3; fd < 1024; ++fd)
              if (const int flags = fcntl(fd, F_GETFD); flags >= 0 && !(flags & FD_CLOEXEC))
                ++open_after_exec;
            return open_after_exec;
          }) == 0);
}

}  // namespace descriptors_test
