// What each filter answers, asked of the program itself through a small interpreter: every architecture's,
// not only this machine's.
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cerrno>
#include <csignal>
#include <set>

#include "seccomp/compile.h"
#include "seccomp/filter.h"
#include "support/bpf.h"

namespace seccomp_filter_test {

using namespace snug;
using namespace snug::seccomp;

namespace {

constexpr Arch kArches[] = {Arch::X86_64, Arch::Arm64, Arch::I386};
constexpr FilterTier kTiers[] = {FilterTier::Strict, FilterTier::Default, FilterTier::Dev};

struct Call {
  const char* name;
  std::vector<std::uint64_t> args{};
};

// The program for `native`, asked about a call made through `abi`.
int answer_number(const FilterRequest& request, Arch native, Arch abi, int number,
                  const std::vector<std::uint64_t>& args = {}) {
  const auto program = compile_filter(request, native);
  REQUIRE(program);
  seccomp_data data{.nr = number, .arch = token(abi)};
  std::ranges::copy(args, data.args);
  return run_filter(*program, data);
}

int answer(const FilterRequest& request, const Call& call, Arch arch = Arch::X86_64) {
  const Syscall* known = find_syscall(call.name);
  REQUIRE(known);
  REQUIRE(known->number(arch) >= 0);
  return answer_number(request, arch, arch, known->number(arch), call.args);
}

constexpr std::uint64_t kHigh = 0xABCD'0000'0000;  // what only the upper half of a register holds

}  // namespace

TEST_CASE("the table names each call once and gives each number once") {
  std::set<std::string_view> names;
  std::set<std::pair<Arch, int>> numbers;
  for (const Syscall& call : syscalls()) {
    INFO(call.text);
    CHECK(names.insert(call.name()).second);
    for (const Arch arch : kArches)
      if (const int number = call.number(arch); number >= 0)
        CHECK(numbers.insert({arch, number}).second);
  }
}

TEST_CASE("every number of every architecture gets the rule of its policy") {
  for (const FilterTier tier : kTiers)
    for (const bool switches : {false, true})
      for (const Arch arch : {Arch::X86_64, Arch::Arm64}) {
        const FilterRequest request = normalise({.tier = tier,
                                                 .fake_root = switches,
                                                 .nested_userns = switches,
                                                 .host_paths_writable = switches,
                                                 .x86_abi = switches},
                                                arch);
        const auto program = compile_filter(request, arch);
        REQUIRE(program);
        CHECK(program->size() < 1024);
        for (const Arch abi : kArches) {
          const bool open = abi == arch || (abi == Arch::I386 && request.x86_abi);
          for (int number = 0; number < 1100; ++number) {
            Rule rule{Rule::Kind::Answer, ENOSYS};
            for (const Syscall& call : syscalls())
              if (open && call.number(abi) == number)
                rule = rule_for(call.policy, request);
            const int got = run_filter(*program, {.nr = number, .arch = token(abi)});
            const bool by_argument = rule.kind != Rule::Kind::Allow && rule.kind != Rule::Kind::Answer;
            const int expected = rule.kind == Rule::Kind::Allow ? kAllowed : rule.value;
            if (!by_argument && got != expected)
              FAIL_CHECK("number " << number << " of ABI " << int(abi) << " in tier " << int(tier) << ": "
                                   << got << ", not " << expected);
          }
        }
      }
}

TEST_CASE("no tier opens what reaches the host's kernel or the host's users") {
  for (const Arch arch : {Arch::X86_64, Arch::Arm64})
    for (const FilterTier tier : kTiers) {
      const FilterRequest request{.tier = tier, .network = true};
      for (const char* name : {"bpf", "userfaultfd", "kexec_load", "init_module", "swapon", "reboot", "acct",
                               "quotactl", "syslog", "clock_settime", "open_by_handle_at", "keyctl",
                               "add_key", "request_key", "mount", "umount2", "pivot_root", "setns"}) {
        INFO(name);
        CHECK(answer(request, {name}, arch) == EPERM);
      }
      for (const char* name : {"clone3", "fsopen", "open_tree", "open_tree_attr", "move_mount",
                               "mount_setattr", "io_uring_setup", "io_uring_enter", "lsm_set_self_attr"}) {
        INFO(name);
        CHECK(answer(request, {name}, arch) == ENOSYS);
      }
      for (const std::uint64_t family : {AF_ALG, AF_VSOCK, AF_BLUETOOTH, AF_KEY, AF_CAN, AF_XDP, 0, 99})
        CHECK(answer(request, {"socket", {family, SOCK_RAW, 0}}, arch) == EAFNOSUPPORT);
      for (const char* name :
           {"read", "openat", "execve", "futex", "statx", "rseq", "getrandom", "cachestat", "mseal",
            "futex_waitv", "setxattrat", "pidfd_open", "landlock_create_ruleset"}) {
        INFO(name);
        CHECK(answer(request, {name}, arch) == kAllowed);
      }
    }
}

TEST_CASE("tiers differ where they should") {
  struct Row {
    Call call;
    int strict, default_, dev;
  };
  const std::vector<Row> rows{
      {{"ptrace"}, EPERM, EPERM, kAllowed},
      {{"process_vm_readv"}, EPERM, EPERM, kAllowed},
      {{"perf_event_open"}, EPERM, EPERM, kAllowed},
      {{"vmsplice"}, EPERM, EPERM, kAllowed},
      {{"mbind"}, EPERM, kAllowed, kAllowed},
      {{"name_to_handle_at"}, EPERM, kAllowed, kAllowed},
      {{"memfd_secret"}, ENOSYS, ENOSYS, kAllowed},
      {{"statmount"}, ENOSYS, ENOSYS, kAllowed},
      {{"chroot"}, EPERM, kAllowed, kAllowed},
      {{"personality", {0}}, kAllowed, kAllowed, kAllowed},
      {{"personality", {0xFFFFFFFF}}, kAllowed, kAllowed, kAllowed},
      {{"personality", {0xFFFFFFFFFFFFFFFF}}, kAllowed, kAllowed, kAllowed},
      {{"personality", {0x8}}, EPERM, kAllowed, kAllowed},
      {{"personality", {0x20008}}, EPERM, kAllowed, kAllowed},
      {{"personality", {0x40000}}, EPERM, EPERM, kAllowed},
      {{"personality", {0x400000}}, EPERM, EPERM, EPERM},
      {{"socket", {AF_UNIX, SOCK_STREAM, 0}}, kAllowed, kAllowed, kAllowed},
      {{"socket", {AF_INET, SOCK_STREAM, 0}}, EAFNOSUPPORT, kAllowed, kAllowed},
      {{"socket", {AF_NETLINK, SOCK_RAW, NETLINK_ROUTE}}, EAFNOSUPPORT, kAllowed, kAllowed},
      {{"socket", {AF_NETLINK, SOCK_RAW, NETLINK_AUDIT}}, EAFNOSUPPORT, EINVAL, EINVAL},
      {{"socket", {AF_NETLINK, SOCK_RAW, kHigh | NETLINK_AUDIT}}, EAFNOSUPPORT, EINVAL, EINVAL},
      {{"socket", {AF_PACKET, SOCK_RAW, 0}}, EAFNOSUPPORT, EAFNOSUPPORT, kAllowed},
      {{"socketpair", {AF_UNIX, SOCK_STREAM, 0}}, kAllowed, kAllowed, kAllowed},
      {{"socketpair", {AF_TIPC, SOCK_STREAM, 0}}, EAFNOSUPPORT, EAFNOSUPPORT, EAFNOSUPPORT},
      {{"chmod", {0, 0755}}, kAllowed, kAllowed, kAllowed},
      {{"chmod", {0, 04755}}, EPERM, kAllowed, kAllowed},
  };
  for (const Row& row : rows) {
    INFO(row.call.name << (row.call.args.empty() ? 0 : row.call.args[0]));
    CHECK(answer({.tier = FilterTier::Strict}, row.call) == row.strict);
    CHECK(answer({.tier = FilterTier::Default}, row.call) == row.default_);
    CHECK(answer({.tier = FilterTier::Dev}, row.call) == row.dev);
  }
}

TEST_CASE("strict with a network may make IP sockets and ask for routes, nothing else of netlink") {
  const FilterRequest request{.tier = FilterTier::Strict, .network = true};
  CHECK(answer(request, {"socket", {AF_INET6, SOCK_DGRAM, 0}}) == kAllowed);
  CHECK(answer(request, {"socket", {AF_NETLINK, SOCK_RAW, NETLINK_ROUTE}}) == kAllowed);
  CHECK(answer(request, {"socket", {AF_NETLINK, SOCK_RAW, NETLINK_AUDIT}}) == EINVAL);
  CHECK(answer(request, {"socket", {AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER}}) == EPROTONOSUPPORT);
}

TEST_CASE("a terminal cannot be typed into, whatever the upper half of the request holds") {
  for (const FilterTier tier : kTiers)
    for (const std::uint64_t high : {std::uint64_t{0}, kHigh, 0xFFFFFFFF'00000000})
      for (const Arch arch : {Arch::X86_64, Arch::Arm64}) {
        CHECK(answer({.tier = tier}, {"ioctl", {0, high | TIOCSTI}}, arch) == EPERM);
        CHECK(answer({.tier = tier}, {"ioctl", {0, high | TIOCLINUX}}, arch) == EPERM);
        CHECK(answer({.tier = tier}, {"ioctl", {0, high | TCGETS}}, arch) == kAllowed);
      }
}

TEST_CASE("no flag of clone or unshare makes a namespace, unless nesting is wanted") {
  constexpr std::uint64_t kThread = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD;
  for (const FilterTier tier : kTiers) {
    const FilterRequest closed{.tier = tier};
    const FilterRequest nested{.tier = tier, .nested_userns = true};
    for (const std::uint64_t flag : {CLONE_NEWNS, CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWUSER,
                                     CLONE_NEWPID, CLONE_NEWNET}) {
      CHECK(answer(closed, {"clone", {flag | SIGCHLD}}) == EPERM);
      CHECK(answer(closed, {"clone", {kHigh | flag | SIGCHLD}}) == EPERM);
      CHECK(answer(closed, {"unshare", {flag}}) == EPERM);
      CHECK(answer(nested, {"clone", {flag | SIGCHLD}}) == kAllowed);
    }
    CHECK(answer(closed, {"unshare", {CLONE_NEWTIME}}) == EPERM);
    CHECK(answer(closed, {"unshare", {CLONE_FS}}) == kAllowed);
    CHECK(answer(closed, {"clone", {kThread}}) == kAllowed);
    CHECK(answer(closed, {"clone", {SIGCHLD}}) == kAllowed);
    for (const char* name : {"unshare", "clone3", "mount", "fsopen", "setns", "pivot_root", "chroot"})
      CHECK(answer(nested, {name, {CLONE_NEWUSER}}) == kAllowed);
  }
}

TEST_CASE("setuid bits cannot be set on a file that may be the host's, unless somebody looks at it") {
  const FilterRequest open{.tier = FilterTier::Default};
  for (const FilterRequest& request :
       {FilterRequest{.tier = FilterTier::Strict},
        FilterRequest{.tier = FilterTier::Default, .host_paths_writable = true},
        FilterRequest{.tier = FilterTier::Dev, .host_paths_writable = true}})
    for (const std::uint64_t bits : {S_ISUID, S_ISGID, S_ISUID | S_ISGID}) {
      const std::uint64_t mode = bits | 0755;
      const std::vector<Call> calls{
          {"chmod", {0, mode}},
          {"fchmod", {3, kHigh | mode}},
          {"fchmodat", {3, 0, mode}},
          {"fchmodat2", {3, 0, mode, 0}},
          {"creat", {0, mode}},
          {"open", {0, O_WRONLY | O_CREAT, mode}},
          {"openat", {3, 0, O_WRONLY | O_CREAT, mode}},
          {"openat", {3, 0, O_WRONLY | O_TMPFILE, mode}},
          {"mknod", {0, S_IFREG | mode, 0}},
          {"mknodat", {3, 0, S_IFREG | mode, 0}},
      };
      for (const Call& call : calls) {
        INFO(call.name << " " << bits);
        // Of what is there already the supervisor can tell whose it is.
        const bool asks = request.tier != FilterTier::Strict &&
                          std::string_view{call.name}.find("chmod") != std::string_view::npos;
        CHECK(answer(request, call) == (asks ? kAsked : EPERM));
        CHECK(answer(open, call) == kAllowed);
      }
      // Without O_CREAT the mode is whatever the register happens to hold.
      CHECK(answer(request, {"openat", {3, 0, O_RDONLY | O_DIRECTORY, mode}}) == kAllowed);
      CHECK(answer(request, {"openat", {3, 0, O_WRONLY | O_CREAT, 0644}}) == kAllowed);
      CHECK(answer(request, {"chmod", {0, 01777}}) == kAllowed);
      CHECK(answer(request, {"openat2"}) == ENOSYS);
    }
}

TEST_CASE("device nodes are refused, or answered with success for a fake root") {
  for (const FilterTier tier : kTiers)
    for (const bool fake : {false, true}) {
      const FilterRequest request{.tier = tier, .fake_root = fake};
      const int refused = fake ? 0 : EPERM;
      CHECK(answer(request, {"mknod", {0, S_IFCHR | 0600, 0}}) == refused);
      CHECK(answer(request, {"mknod", {0, S_IFBLK | 0600, 0x801}}) == refused);
      CHECK(answer(request, {"mknodat", {3, 0, kHigh | S_IFCHR | 0600, 0}}) == refused);
      CHECK(answer(request, {"mknodat", {3, 0, S_IFIFO | 0600, 0}}, Arch::Arm64) == kAllowed);
      CHECK(answer(request, {"mknod", {0, S_IFSOCK | 0600, 0}}) == kAllowed);
      CHECK(answer(request, {"mknod", {0, 0600, 0}}) == kAllowed);
    }
}

TEST_CASE("a fake root may change every owner and every id") {
  for (const char* name :
       {"chown", "lchown", "fchown", "fchownat", "setuid", "setgid", "setreuid", "setregid", "setresuid",
        "setresgid", "setfsuid", "setfsgid", "setgroups", "capset"}) {
    INFO(name);
    CHECK(answer({.fake_root = true}, {name}) == 0);
    CHECK(answer({.fake_root = false}, {name}) == kAllowed);  // the kernel decides
  }
  const FilterRequest both{.fake_root = true, .x86_abi = true};
  CHECK(answer_number(both, Arch::X86_64, Arch::I386, find_syscall("chown32")->i386) == 0);
}

TEST_CASE("foreign ABIs do not exist unless they were opened") {
  for (const FilterTier tier : kTiers) {
    const bool dev = tier == FilterTier::Dev;
    CHECK(answer_number({.tier = tier}, Arch::X86_64, Arch::I386, 20) == (dev ? kAllowed : ENOSYS));
    CHECK(answer_number({.tier = tier, .x86_abi = true}, Arch::X86_64, Arch::I386, 20) == kAllowed);
    // The same rules hold there: int 0x80 must not be the way around them (isolation F8).
    CHECK(answer_number({.tier = tier, .x86_abi = true}, Arch::X86_64, Arch::I386, 357) == EPERM);  // bpf
    CHECK(answer_number({.tier = tier}, Arch::X86_64, Arch::Arm64, 63) == ENOSYS);
    CHECK(answer_number({.tier = tier, .x86_abi = true}, Arch::Arm64, Arch::I386, 20) == ENOSYS);
    for (const int x32 : {0x40000000, 0x40000000 | 512, 0x40000000 | 39})
      CHECK(answer_number({.tier = tier, .x86_abi = true}, Arch::X86_64, Arch::X86_64, x32) == ENOSYS);
    for (const int unknown : {-1, 470, 1000, 0x7FFFFFFF})
      CHECK(answer_number({.tier = tier}, Arch::X86_64, Arch::X86_64, unknown) == ENOSYS);
  }
}

TEST_CASE("allow and deny are by name, and deny wins") {
  CHECK(answer({.allow = {"ptrace"}}, {"ptrace"}) == kAllowed);
  CHECK(answer({.tier = FilterTier::Strict, .allow = {"chmod"}}, {"chmod", {0, 04755}}) == kAllowed);
  CHECK(answer({.deny = {"getpid"}}, {"getpid"}) == EPERM);
  CHECK(answer({.deny = {"statx", "faccessat2"}}, {"faccessat2"}) == ENOSYS);
  CHECK(answer({.allow = {"getpid"}, .deny = {"getpid"}}, {"getpid"}) == EPERM);
  CHECK(answer({.allow = {"open"}, .deny = {"socketcall"}}, {"read"}, Arch::Arm64) == kAllowed);
}

TEST_CASE("an unknown name is refused, with the one that was meant") {
  const auto allowed = make_filter({.allow = {"ptrce"}});
  REQUIRE_FALSE(allowed);
  CHECK(allowed.error().step == "seccomp allow: there is no system call ptrce");
  CHECK(allowed.error().hint == "did you mean ptrace?");
  const auto denied = make_filter({.deny = {"frobnicate_the_bits\x1b"}});
  REQUIRE_FALSE(denied);
  CHECK(denied.error().step == "seccomp deny: there is no system call frobnicate_the_bits\\x1b");
  CHECK(denied.error().hint == "syscalls(2) lists them");
}

TEST_CASE("the usual filters are embedded, and are what would be compiled") {
  const auto same = [](const sock_filter& a, const sock_filter& b) {
    return std::memcmp(&a, &b, sizeof a) == 0;
  };
  for (const FilterTier tier : kTiers)
    for (const bool fake_root : {false, true})
      for (const bool network : {false, true})
        for (const bool writable : {false, true}) {
          const FilterRequest request{
              .tier = tier, .fake_root = fake_root, .network = network, .host_paths_writable = writable};
          auto filter = make_filter(request);
          const auto compiled = compile_filter(request, kNativeArch);
          REQUIRE(filter);
          REQUIRE(compiled);
          CHECK(filter->owned.empty());
          const Filter moved = std::move(*filter);
          CHECK(std::ranges::equal(moved.program, *compiled, same));
        }
  auto customised = make_filter({.allow = {"ptrace"}});
  REQUIRE(customised);
  const Filter moved = std::move(*customised);
  CHECK(moved.program.data() == moved.owned.data());
  CHECK_FALSE(moved.program.empty());
}

}  // namespace seccomp_filter_test
