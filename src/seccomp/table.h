// Every system call that snug knows, with its numbers and the policy that it falls under; and what each
// policy answers in each tier. A call that is not in the table does not exist inside: ENOSYS.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "seccomp/request.h"

namespace snug::seccomp {

enum class Arch : std::uint8_t { X86_64, Arm64, I386 };

#if defined(__x86_64__)
constexpr Arch kNativeArch = Arch::X86_64;
#elif defined(__aarch64__)
constexpr Arch kNativeArch = Arch::Arm64;
#else
#error "src/seccomp/table.cc has no numbers for this architecture"
#endif

enum class Policy : std::uint8_t {
  Ordinary,
  Admin,
  Debug,
  Rare,
  Numa,
  SecretMemory,
  Mount,
  NewMount,
  MountInfo,
  Chroot,
  IoUring,
  LsmInfo,
  Obsolete,
  Clone,
  Unshare,
  Ioctl,
  Personality,
  Socket,
  SocketPair,
  SocketCall,
  Chmod,
  ChmodAt,
  Creat,
  Open,
  OpenAt,
  OpenAt2,
  Node,
  NodeAt,
  Owner,
  Identity,
};

struct Syscall {
  char text[29];  // not a pointer: 480 of them would have to be relocated at every start
  std::int16_t x86_64;
  std::int16_t arm64;
  std::int16_t i386;
  Policy policy;

  constexpr std::string_view name() const { return text; }

  // Negative where the architecture has no such call.
  constexpr int number(Arch arch) const {
    return arch == Arch::X86_64 ? x86_64 : arch == Arch::Arm64 ? arm64 : i386;
  }
};

std::span<const Syscall> syscalls();

// Null where there is none of that name.
const Syscall* find_syscall(std::string_view name);

// What happens to a call. `Answer` gives `value` as errno without running the call; 0 pretends success. The
// others look at arguments; for the modes `value` is the index of the argument that has them.
struct Rule {
  enum class Kind : std::uint8_t {
    Allow,
    Answer,
    Clone,
    Unshare,
    Ioctl,
    Personality,
    Socket,
    SocketPair,
    Chmod,
    Mode,
    OpenMode,
    Node
  };
  Kind kind{Kind::Allow};
  int value{};
  bool operator==(const Rule&) const = default;
};

Rule rule_for(Policy policy, const FilterRequest& request);

// A setuid file of the host's would run as the caller for everybody (isolation F11). So no file is made with
// setuid or setgid bits by a command that nobody vouches for, nor where a path of the host's is writable.
constexpr bool minds_setid(const FilterRequest& request) {
  return request.tier == FilterTier::Strict || request.host_paths_writable;
}

// A file that is there already may get such bits by chmod if it is the sandbox's own, as packages with setuid
// programs need. No filter can tell whose it is: the supervisor is asked (launch/setid_judge.h).
constexpr bool asks_about_setid(const FilterRequest& request) {
  return request.tier != FilterTier::Strict && request.host_paths_writable;
}

}  // namespace snug::seccomp
