// Plan → the flat program that init walks. After this no step needs the heap.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "base/result.h"
#include "child/program.h"
#include "plan/plan.h"
#include "seccomp/filter.h"

namespace snug::launch {

// What only the launcher knows, and the plan cannot say.
struct LaunchFacts {
  std::string disk_upper{};         // directory made for PrepareDisk
  std::uint8_t caller_terminals{};  // bit n: standard fd n is a terminal of the caller's
  std::uint8_t terminal_fds{};  // bit n: standard fd n becomes the sandbox's own; none: no terminal is opened
  std::uint16_t rows{};
  std::uint16_t columns{};
  int group{-1};      // the sandbox's cgroup
  bool setup_only{};  // a trial: everything but the payload
  bool tree_only{};   // everything but the payload, and it stays
};

// The program and all that it points to. Points into the plan too, which must outlive it.
class LoweredProgram {
 public:
  LoweredProgram(const plan::Plan& plan, const LaunchFacts& facts);
  LoweredProgram(const LoweredProgram&) = delete;
  LoweredProgram& operator=(const LoweredProgram&) = delete;

  // Fails where the system call filter cannot be made.
  Status lower();

  const child::Program& program() const { return program_; }
  child::Program& program() { return program_; }

 private:
  child::Op& add(child::OpCode code);
  const char* intern(std::string text);
  void hand_out_network();
  const char* root_layer();
  const char* intern_size(std::uint64_t bytes);  // null for 0
  child::TextList intern_list(const std::vector<std::string>& texts);
  void lower_step(const plan::Step& step);
  void lower_overlay(const plan::OverlayRoot& step);
  Status lower_filter(const plan::InstallSeccomp& step);

  const plan::Plan& plan_;
  const LaunchFacts& facts_;
  std::uint16_t step_{};
  std::vector<child::Op> ops_;
  std::deque<std::string> texts_;
  std::deque<std::vector<const char*>> lists_;
  std::vector<child::Source> layers_;
  seccomp::Filter filter_;
  bool deny_{};  // the filter refuses calls that the tier allows
  child::Program program_{};
};

}  // namespace snug::launch
