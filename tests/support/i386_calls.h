// The 32-bit system calls of x86-64, which any 64-bit program can ask for by int 0x80.
#pragma once

#ifdef __x86_64__
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdint>

namespace snug {

// What the kernel puts into eax. The registers of the 32-bit ABI take the lower halves.
inline int call_i386(int number, const std::array<std::uint64_t, 4>& a = {}, std::uint32_t fifth = 0) {
  int result = number;
  asm volatile("int $0x80"
               : "+a"(result)
               : "b"(static_cast<std::uint32_t>(a[0])), "c"(static_cast<std::uint32_t>(a[1])),
                 "d"(static_cast<std::uint32_t>(a[2])), "S"(static_cast<std::uint32_t>(a[3])), "D"(fifth)
               : "memory", "r8", "r9", "r10", "r11");
  return result;
}

constexpr int kGetpidI386 = 20;

// False where the kernel ends by SIGSEGV whoever asks: one without CONFIG_IA32_EMULATION, or booted with
// ia32_emulation=0 (Linux 6.7). There it keeps 32-bit calls from everybody, and no filter is asked.
inline bool kernel_has_i386_calls() {
  const pid_t pid = fork();
  if (pid == 0) {
    signal(SIGSEGV, SIG_DFL);  // Catch2's handler would report a failure
    _exit(call_i386(kGetpidI386) == getpid() ? 0 : 1);
  }
  int status = 0;
  return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

}  // namespace snug
#endif
