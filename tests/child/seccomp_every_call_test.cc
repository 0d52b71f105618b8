// Every call with every argument that some rule looks at, through the kernel: what it answers must be what
// the filter says by the interpreter, whose answers tests/unit/seccomp_filter_test.cc compares with the
// table.
//
// Nothing is executed. An older filter answers kMarker to each call that has kMagic as its fifth argument;
// the newest filter's errno counts where two have one (seccomp(2)), so that the marker means "allowed".
#include <fcntl.h>
#include <linux/netlink.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <string>

#include "seccomp/compile.h"
#include "support/bpf.h"
#include "support/i386_calls.h"

namespace seccomp_every_call_test {

using namespace snug;
using namespace snug::seccomp;

namespace {

constexpr int kMarker = 3000;
constexpr std::uint32_t kMagic = 0x5AFE5AFE;
constexpr int kNumbers = 520;  // beyond the last that the table has

using Arguments = std::array<std::uint64_t, 4>;
constexpr std::uint64_t kHigh = 0xABCD'0000'0000;

// Each place with each value that a rule asks for, and some that none does.
std::vector<Arguments> argument_sets() {
  std::vector<Arguments> sets{{}};
  for (const std::uint64_t first :
       {std::uint64_t{8}, std::uint64_t{0x20000}, std::uint64_t{0x40000}, std::uint64_t{0x100000},
        std::uint64_t{0xFFFFFFFF}, std::uint64_t{AF_UNIX}, std::uint64_t{AF_INET}, std::uint64_t{AF_INET6},
        std::uint64_t{AF_PACKET}, std::uint64_t{AF_ALG}, std::uint64_t{AF_VSOCK},
        std::uint64_t{CLONE_NEWUSER}, std::uint64_t{CLONE_NEWNET | CLONE_VM}, std::uint64_t{CLONE_NEWTIME},
        kHigh | CLONE_NEWNS})
    sets.push_back({first});
  for (const std::uint64_t protocol : {NETLINK_ROUTE, NETLINK_AUDIT, NETLINK_NETFILTER})
    sets.push_back({AF_NETLINK, SOCK_RAW, protocol});
  for (const std::uint64_t second :
       {std::uint64_t{TIOCSTI}, kHigh | TIOCSTI, std::uint64_t{TIOCLINUX}, std::uint64_t{TCGETS}})
    sets.push_back({0, second});
  for (const std::uint64_t mode : {04755, 02755, 0755, S_IFCHR | 0600, S_IFBLK | 0600, S_IFIFO | 0600}) {
    sets.push_back({0, mode});
    sets.push_back({0, 0, mode});
    sets.push_back({0, O_CREAT | O_WRONLY, mode});
    sets.push_back({0, 0, O_CREAT | O_WRONLY, mode});
    sets.push_back({0, 0, O_TMPFILE | O_WRONLY, mode});
  }
  return sets;
}

// uretprobe and uprobe of x86-64: Linux 6.14 lets them pass every filter, and ends with SIGILL whoever makes
// them from elsewhere than its own trampoline.
bool passes_filters(int number, Arch abi) {
  return abi == Arch::X86_64 && (number == 335 || number == 336);
}

int call_native(int number, const Arguments& a) {
  return syscall(number, a[0], a[1], a[2], a[3], std::uint64_t{kMagic}, 0) == 0 ? 0 : errno;
}

#ifdef __x86_64__
int call_32(int number, const Arguments& a) {
  return -call_i386(number, a, kMagic);
}
#endif

bool install(const std::vector<sock_filter>& code) {
  const sock_fprog program{static_cast<unsigned short>(code.size()), const_cast<sock_filter*>(code.data())};
  return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
}

const std::vector<sock_filter> kMark{
    {BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(seccomp_data, args) + 4 * sizeof(std::uint64_t)},
    {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, kMagic},
    {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | kMarker},
    {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW}};

// Answers are written to memory that both share: under the filters nothing else may be relied upon.
class Answers {
 public:
  explicit Answers(std::size_t count) : size_{count * sizeof(int)} {
    void* memory = mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REQUIRE(memory != MAP_FAILED);
    at_ = static_cast<int*>(memory);
  }
  Answers(const Answers&) = delete;
  Answers& operator=(const Answers&) = delete;
  ~Answers() { munmap(at_, size_); }
  int& operator[](std::size_t i) { return at_[i]; }

 private:
  std::size_t size_;
  int* at_;
};

void compare(const FilterRequest& request, Arch abi, int (*call)(int, const Arguments&)) {
  const auto program = compile_filter(request, kNativeArch);
  REQUIRE(program);
  static const std::vector<Arguments> sets = argument_sets();
  Answers answers{kNumbers * sets.size()};
  const pid_t pid = fork();
  REQUIRE(pid >= 0);
  if (pid == 0) {
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || !install(kMark) || !install(*program))
      _exit(2);
    for (int number = 0; number < kNumbers; ++number)
      for (std::size_t i = 0; i < sets.size() && !passes_filters(number, abi); ++i)
        answers[static_cast<std::size_t>(number) * sets.size() + i] = call(number, sets[i]);
    // Not _exit(), which would leave the magic in its register.
    syscall(SYS_exit_group, 0, 0, 0, 0, 0, 0);
  }
  int status = 0;
  REQUIRE(waitpid(pid, &status, 0) == pid);
  REQUIRE(status == 0);
  int wrong = 0;
  for (int number = 0; number < kNumbers; ++number)
    for (std::size_t i = 0; i < sets.size() && !passes_filters(number, abi); ++i) {
      seccomp_data data{.nr = number, .arch = token(abi)};
      for (std::size_t n = 0; n < sets[i].size(); ++n)
        data.args[n] = abi == Arch::I386 ? static_cast<std::uint32_t>(sets[i][n]) : sets[i][n];
      const int expected = run_filter(*program, data);
      const int got = answers[static_cast<std::size_t>(number) * sets.size() + i];
      // Of two answers the kernel takes the marker's before it asks.
      if (got != (expected == kAllowed || expected == kAsked ? kMarker : expected) && ++wrong < 20)
        FAIL_CHECK("number " << number << ", arguments " << i << ", ABI " << int(abi) << ": " << got
                             << ", not " << expected);
    }
  CHECK(wrong == 0);
}

std::vector<FilterRequest> requests() {
  std::vector<FilterRequest> all;
  for (const FilterTier tier : {FilterTier::Strict, FilterTier::Default, FilterTier::Dev})
    for (int switches = 0; switches < 32; ++switches)
      all.push_back(normalise({.tier = tier,
                               .fake_root = (switches & 1) != 0,
                               .nested_userns = (switches & 2) != 0,
                               .network = (switches & 4) != 0,
                               .host_paths_writable = (switches & 8) != 0,
                               .x86_abi = (switches & 16) != 0},
                              kNativeArch));
  return all;
}

}  // namespace

TEST_CASE("every native call, with every argument that a rule asks for") {
  for (const FilterRequest& request : requests()) compare(request, kNativeArch, call_native);
}

#ifdef __x86_64__
TEST_CASE("every 32-bit call by int 0x80, opened or not") {
  // Then nobody has them; that the filters open no way to them either is asked in seccomp_kernel_test.cc.
  if (!kernel_has_i386_calls())
    return;
  for (const FilterRequest& request : requests()) compare(request, Arch::I386, call_32);
}
#endif

}  // namespace seccomp_every_call_test
