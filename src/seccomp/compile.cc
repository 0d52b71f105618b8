#include "seccomp/compile.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <span>

#include "base/text.h"
#include "base/try.h"
#include "seccomp/assembler.h"

namespace snug::seccomp {
namespace {

constexpr std::uint32_t kNamespaceFlags =
    CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET;
constexpr std::uint32_t kSetIdBits = S_ISUID | S_ISGID;
constexpr std::uint32_t kEperm = seccomp_answer(EPERM);
constexpr std::uint32_t kEnosys = seccomp_answer(ENOSYS);

// From 5.1 on a new call has one number everywhere. All of them are tried by somebody's libc first.
constexpr int kFirstProbed = 424;

constexpr std::uint32_t audit_arch(Arch arch) {
  return arch == Arch::X86_64  ? AUDIT_ARCH_X86_64
         : arch == Arch::Arm64 ? AUDIT_ARCH_AARCH64
                               : AUDIT_ARCH_I386;
}

// --- Argument checks -----------------------------------------------------------------------------------

void check_personality(Assembler& code, FilterTier tier) {
  constexpr std::uint32_t kQuery = 0xFFFFFFFF, kLinux32 = 0x8, kUname26 = 0x20000, kNoRandomize = 0x40000;
  std::vector<std::uint32_t> values{0, kQuery};
  if (tier != FilterTier::Strict)
    values.insert(values.end(), {kLinux32, kUname26, kUname26 | kLinux32});
  if (tier == FilterTier::Dev)
    values.insert(values.end(), {kNoRandomize, kNoRandomize | kLinux32});
  code.load_argument(0);
  for (const std::uint32_t value : values) code.when_equal(value, kSeccompAllow);
  code.result(kEperm);
}

std::vector<std::uint32_t> families(const FilterRequest& request) {
  std::vector<std::uint32_t> list{AF_UNIX};
  if (request.tier != FilterTier::Strict || request.network)
    list.insert(list.end(), {AF_INET, AF_INET6});
  if (request.tier == FilterTier::Dev)
    list.push_back(AF_PACKET);  // the kernel wants CAP_NET_RAW for it
  return list;
}

void check_family(Assembler& code, const FilterRequest& request) {
  code.load_argument(0);
  for (const std::uint32_t family : families(request)) code.when_equal(family, kSeccompAllow);
}

void check_socket(Assembler& code, const FilterRequest& request) {
  const bool strict = request.tier == FilterTier::Strict;
  check_family(code, request);
  if (strict && !request.network)
    return code.result(seccomp_answer(EAFNOSUPPORT));
  BpfCode other;
  {
    Assembler refuse;
    refuse.result(seccomp_answer(EAFNOSUPPORT));
    other = refuse.take();
  }
  Assembler netlink;
  netlink.load_argument(2);
  // PAM and useradd report to the audit system and take this to mean that there is none; what the kernel says
  // instead, EPERM, they take as a reason to fail.
  netlink.when_equal(NETLINK_AUDIT, seccomp_answer(EINVAL));
  if (strict) {
    netlink.when_equal(NETLINK_ROUTE, kSeccompAllow);
    netlink.result(seccomp_answer(EPROTONOSUPPORT));
  } else {
    netlink.result(kSeccompAllow);
  }
  code.branch_equal(AF_NETLINK, netlink.take(), other);
}

void check_node(Assembler& code, int mode, const FilterRequest& request) {
  const std::uint32_t device = request.fake_root ? seccomp_answer(0) : kEperm;
  code.load_argument(mode);
  if (minds_setid(request))
    code.when_any_bit(kSetIdBits, kEperm);
  code.mask(S_IFMT);
  // 0:0 too, which the kernel gives to everybody: in an overlay it is a whiteout (isolation F13).
  code.when_equal(S_IFCHR, device);
  code.when_equal(S_IFBLK, device);
  code.result(kSeccompAllow);
}

void check_open(Assembler& code, int flags) {
  code.load_argument(flags);
  // Without these the mode is whatever the register happens to hold.
  code.when_no_bit(O_CREAT | (O_TMPFILE & ~O_DIRECTORY), kSeccompAllow);
  code.load_argument(flags + 1);
  code.when_any_bit(kSetIdBits, kEperm);
  code.result(kSeccompAllow);
}

BpfCode compile_rule(const Rule& rule, const FilterRequest& request) {
  Assembler code;
  switch (rule.kind) {
    case Rule::Kind::Allow:
      code.result(kSeccompAllow);
      break;
    case Rule::Kind::Answer:
      code.result(seccomp_answer(rule.value));
      break;
    case Rule::Kind::Clone:
    case Rule::Kind::Unshare:
      code.load_argument(0);
      // In clone's flags the bit of CLONE_NEWTIME is part of the exit signal.
      code.when_any_bit(kNamespaceFlags | (rule.kind == Rule::Kind::Unshare ? CLONE_NEWTIME : 0), kEperm);
      code.result(kSeccompAllow);
      break;
    case Rule::Kind::Ioctl:
      code.load_argument(1);
      code.when_equal(TIOCSTI, kEperm);
      code.when_equal(TIOCLINUX, kEperm);
      code.result(kSeccompAllow);
      break;
    case Rule::Kind::Personality:
      check_personality(code, request.tier);
      break;
    case Rule::Kind::Socket:
      check_socket(code, request);
      break;
    case Rule::Kind::SocketPair:
      check_family(code, request);
      code.result(seccomp_answer(EAFNOSUPPORT));
      break;
    case Rule::Kind::Chmod:
      code.load_argument(rule.value);
      code.when_any_bit(kSetIdBits, asks_about_setid(request) ? kSeccompAsk : kEperm);
      code.result(kSeccompAllow);
      break;
    case Rule::Kind::Mode:
      code.load_argument(rule.value);
      code.when_any_bit(kSetIdBits, kEperm);
      code.result(kSeccompAllow);
      break;
    case Rule::Kind::OpenMode:
      check_open(code, rule.value);
      break;
    case Rule::Kind::Node:
      check_node(code, rule.value, request);
      break;
  }
  return code.take();
}

// --- From the table to a search tree -------------------------------------------------------------------

// A run of numbers that share a rule, up to the next range's first.
struct Range {
  std::uint32_t first;
  Rule rule;
};

bool names(const std::vector<std::string>& list, std::string_view name) {
  return std::ranges::find(list, name) != list.end();
}

Rule rule_of(const Syscall& call, int number, const FilterRequest& request) {
  if (names(request.deny, call.name()))
    return {Rule::Kind::Answer, number >= kFirstProbed ? ENOSYS : EPERM};
  if (names(request.allow, call.name()))
    return {};
  return rule_for(call.policy, request);
}

std::vector<Range> ranges_of(const FilterRequest& request, Arch arch) {
  constexpr Rule kUnknown{Rule::Kind::Answer, ENOSYS};
  std::vector<Rule> rules;
  for (const Syscall& call : syscalls())
    if (const int number = call.number(arch); number >= 0) {
      if (rules.size() < static_cast<std::size_t>(number) + 2)
        rules.resize(static_cast<std::size_t>(number) + 2, kUnknown);  // the last stands for all above
      rules[static_cast<std::size_t>(number)] = rule_of(call, number, request);
    }
  std::vector<Range> ranges;
  for (std::uint32_t number = 0; number < rules.size(); ++number)
    if (ranges.empty() || ranges.back().rule != rules[number])
      ranges.push_back({number, rules[number]});
  return ranges;
}

BpfCode compile_tree(std::span<const Range> ranges, const FilterRequest& request) {
  if (ranges.size() == 1)
    return compile_rule(ranges[0].rule, request);
  const std::size_t middle = ranges.size() / 2;
  Assembler code;
  code.branch_at_least(ranges[middle].first, compile_tree(ranges.first(middle), request),
                       compile_tree(ranges.subspan(middle), request));
  return code.take();
}

// An x32 call has bit 30 set in its number and so lies above every range.
BpfCode compile_arch(const FilterRequest& request, Arch arch) {
  Assembler code;
  code.load(offsetof(seccomp_data, nr));
  BpfCode program = code.take();
  const BpfCode tree = compile_tree(ranges_of(request, arch), request);
  program.insert(program.end(), tree.begin(), tree.end());
  return program;
}

Status check_names(const std::vector<std::string>& list, std::string_view key) {
  for (const std::string& name : list) {
    if (find_syscall(name))
      continue;
    std::vector<std::string_view> known;
    for (const Syscall& call : syscalls()) known.push_back(call.name());
    const std::string_view near = nearest(name, known);
    return fail({.step = fmt::format("seccomp {}: there is no system call {}", key, escape_control(name)),
                 .hint = near.empty() ? "syscalls(2) lists them" : fmt::format("did you mean {}?", near)});
  }
  return {};
}

}  // namespace

FilterRequest normalise(FilterRequest request, Arch arch) {
  if (request.tier == FilterTier::Strict)
    request.host_paths_writable = true;
  else
    request.network = true;
  request.x86_abi = arch == Arch::X86_64 && (request.x86_abi || request.tier == FilterTier::Dev);
  return request;
}

unsigned filter_key(const FilterRequest& request) {
  return static_cast<unsigned>(request.tier) | unsigned{request.fake_root} << 2 |
         unsigned{request.nested_userns} << 3 | unsigned{request.network} << 4 |
         unsigned{request.host_paths_writable} << 5 | unsigned{request.x86_abi} << 6;
}

Result<std::vector<sock_filter>> compile_filter(const FilterRequest& wanted, Arch arch) {
  TRY(check_names(wanted.allow, "allow"));
  TRY(check_names(wanted.deny, "deny"));
  const FilterRequest request = normalise(wanted, arch);

  // Not killed: "bad system call" hides the reason from the user, and a program can carry on without.
  Assembler foreign;
  if (request.x86_abi) {
    Assembler refuse;
    refuse.result(kEnosys);
    foreign.branch_equal(audit_arch(Arch::I386), compile_arch(request, Arch::I386), refuse.take());
  } else {
    foreign.result(kEnosys);
  }
  Assembler program;
  program.load(offsetof(seccomp_data, arch));
  program.branch_equal(audit_arch(arch), compile_arch(request, arch), foreign.take());
  return program.take();
}

}  // namespace snug::seccomp
