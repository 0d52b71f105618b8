// Classic BPF, one line for each thing that a filter says. Linux lets a filter look at one word at a time:
// the accumulator.
#pragma once

#include <linux/filter.h>
#include <linux/seccomp.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace snug::seccomp {

constexpr std::uint32_t kSeccompAllow = SECCOMP_RET_ALLOW;
// Whoever holds the filter's listener says what comes of the call (seccomp_unotify(2), Linux 5.0). ENOSYS
// where nobody does.
constexpr std::uint32_t kSeccompAsk = SECCOMP_RET_USER_NOTIF;

constexpr std::uint32_t seccomp_answer(int error) {
  return SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(error);
}

using BpfCode = std::vector<sock_filter>;

class Assembler {
 public:
  void load(std::size_t offset) { add(BPF_LD | BPF_W | BPF_ABS, static_cast<std::uint32_t>(offset)); }

  // The lower half of an argument. The kernel takes every argument judged here as 32 bits or fewer and
  // ignores the rest, so that looking at the upper half could only let something by (CVE-2019-10063).
  void load_argument(int index) {
    load(offsetof(seccomp_data, args) + static_cast<std::size_t>(index) * sizeof(std::uint64_t));
  }

  void mask(std::uint32_t bits) { add(BPF_ALU | BPF_AND | BPF_K, bits); }

  void result(std::uint32_t action) { add(BPF_RET | BPF_K, action); }

  void when_equal(std::uint32_t value, std::uint32_t action) {
    add(BPF_JMP | BPF_JEQ | BPF_K, value, 0, 1);
    result(action);
  }

  void when_any_bit(std::uint32_t bits, std::uint32_t action) {
    add(BPF_JMP | BPF_JSET | BPF_K, bits, 0, 1);
    result(action);
  }

  void when_no_bit(std::uint32_t bits, std::uint32_t action) {
    add(BPF_JMP | BPF_JSET | BPF_K, bits, 1, 0);
    result(action);
  }

  // Goes on with `below` or with `others`; both must end in a result.
  void branch_at_least(std::uint32_t value, const BpfCode& below, const BpfCode& others) {
    branch(BPF_JGE, value, below, others);
  }
  void branch_equal(std::uint32_t value, const BpfCode& equal, const BpfCode& others) {
    branch(BPF_JEQ, value, others, equal);
  }

  BpfCode take() { return std::move(code_); }

 private:
  void add(int op, std::uint32_t k, std::uint8_t yes = 0, std::uint8_t no = 0) {
    code_.push_back({static_cast<std::uint16_t>(op), yes, no, k});
  }

  void branch(int test, std::uint32_t value, const BpfCode& no, const BpfCode& yes) {
    // A conditional jump reaches 255 instructions, an unconditional one everywhere.
    if (no.size() <= 255) {
      add(BPF_JMP | test | BPF_K, value, static_cast<std::uint8_t>(no.size()), 0);
    } else {
      add(BPF_JMP | test | BPF_K, value, 0, 1);
      add(BPF_JMP | BPF_JA, static_cast<std::uint32_t>(no.size()));
    }
    code_.insert(code_.end(), no.begin(), no.end());
    code_.insert(code_.end(), yes.begin(), yes.end());
  }

  BpfCode code_;
};

}  // namespace snug::seccomp
