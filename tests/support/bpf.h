// A small interpreter for the filters: what a program answers, for every architecture and not only this
// machine's.
#pragma once

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <vector>

#include "seccomp/table.h"

namespace snug {

constexpr int kAllowed = -1;  // beside errnos
constexpr int kAsked = -2;    // whoever holds the listener

inline std::uint32_t token(seccomp::Arch arch) {
  return arch == seccomp::Arch::X86_64  ? AUDIT_ARCH_X86_64
         : arch == seccomp::Arch::Arm64 ? AUDIT_ARCH_AARCH64
                                        : AUDIT_ARCH_I386;
}

// The part of classic BPF that the kernel accepts for seccomp and that the compiler uses.
inline int run_filter(const std::vector<sock_filter>& program, const seccomp_data& data) {
  std::uint32_t a = 0;
  for (std::size_t pc = 0; pc < program.size(); ++pc) {
    const sock_filter& line = program[pc];
    bool yes = false;
    switch (line.code) {
      case BPF_LD | BPF_W | BPF_ABS:
        REQUIRE(line.k % 4 == 0);
        REQUIRE(line.k + 4 <= sizeof data);
        std::memcpy(&a, reinterpret_cast<const char*>(&data) + line.k, sizeof a);
        continue;
      case BPF_ALU | BPF_AND | BPF_K:
        a &= line.k;
        continue;
      case BPF_JMP | BPF_JA:
        pc += line.k;
        continue;
      case BPF_JMP | BPF_JEQ | BPF_K:
        yes = a == line.k;
        break;
      case BPF_JMP | BPF_JGE | BPF_K:
        yes = a >= line.k;
        break;
      case BPF_JMP | BPF_JSET | BPF_K:
        yes = (a & line.k) != 0;
        break;
      case BPF_RET | BPF_K:
        if (line.k == SECCOMP_RET_ALLOW)
          return kAllowed;
        if (line.k == SECCOMP_RET_USER_NOTIF)
          return kAsked;
        REQUIRE((line.k & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ERRNO);
        return static_cast<int>(line.k & SECCOMP_RET_DATA);
      default:
        FAIL("instruction " << line.code << " at " << pc);
    }
    pc += yes ? line.jt : line.jf;
  }
  FAIL("the program runs off its end");
  return 0;
}

}  // namespace snug
