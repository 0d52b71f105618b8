// Carries a plan out: clone, set-up, supervision, and the payload's status at the end.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "child/program.h"
#include "gate/gate_event.h"
#include "launch/join.h"
#include "plan/plan.h"

namespace snug::launch {

struct SupervisorDelegate;

struct LaunchOptions {
  // This process goes on after the run, as a container's supervisor does: what the run took is given back,
  // and nothing that init tells may wait.
  bool stays{};
  std::string container_dir{};  // where KeepContainer's directory is now
  child::Region arguments{};    // snug's own command line, which init wipes in its copy
  // Told of published ports once they are open, "127.0.0.1:8080:80/tcp" each, with the port that the kernel
  // chose.
  std::function<void(const std::vector<std::string>&)> published{};
  // Told of what the egress gate refuses, and of connections that have ended.
  std::function<void(const gate::GateEvent&)> gate_event{};
  FindNamespaces join{};  // for plans with JoinNetwork
  int status_fd{
      -1};  // gets {"child-pid": N} when the payload runs and {"exit-code": N} when it has ended, a line each
};

struct Outcome {
  int exit_status{};  // the payload's own, 128+n where a signal ended it, 124 after the timeout
  bool timed_out{};
  bool out_of_blocks{};  // the writable layer was full at the end
  bool out_of_inodes{};
  bool gate_blind{};           // the gate could tell only a part of what it refused
  std::string memory_limit{};  // "64 MiB", where the kernel has killed it for going beyond
  bool operator==(const Outcome&) const = default;
};

// "out of memory (limit 64 MiB)"
inline std::string out_of_memory_text(const std::string& limit) {
  return "out of memory (limit " + limit + ")";
}

// Why a plan could not be carried out, and at which of its steps where it was one.
struct LaunchError {
  Error error{};
  std::optional<std::size_t> step{};
};

using LaunchResult = tl::expected<Outcome, LaunchError>;

inline tl::unexpected<LaunchError> launch_failure(Error error) {
  return tl::unexpected<LaunchError>{LaunchError{std::move(error), {}}};
}

// Runs the plan from beginning to end. Returns once nothing of the sandbox is left: no process, no mount, no
// directory. Fails where a step failed (the error names it, with its origin and a hint); then the payload has
// not run.
LaunchResult run_plan(const plan::Plan& plan, const LaunchOptions& options,
                      const SupervisorDelegate& delegate);
// The same in the foreground of whoever called snug: launch/caller_delegate.h.
LaunchResult run_plan(const plan::Plan& plan, const LaunchOptions& options);

// The root file system of a plan without anything running in it, for whoever wants to look into it: put
// together by an init that waits, and taken down when this goes.
class HeldTree {
 public:
  static tl::expected<HeldTree, LaunchError> hold(const plan::Plan& plan, const std::string& container_dir);
  HeldTree(HeldTree&&) noexcept;
  HeldTree& operator=(HeldTree&&) noexcept;
  ~HeldTree();

  int root() const;            // O_PATH
  int user_namespace() const;  // setns(2)

 private:
  HeldTree() = default;
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

// Carries out everything but the payload, and takes it down again: does this plan work here? Used by explain.
std::optional<LaunchError> try_plan(const plan::Plan& plan, const LaunchOptions& options);

}  // namespace snug::launch
