// The group in which this process makes the groups of its sandboxes. A process is in one group at a time,
// hence one home for each process.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "cgroup/delegation.h"
#include "cgroup/group.h"

namespace snug::cgroup {

class Home {
 public:
  // This process's. A fork has its own copy, and stays where its parent had settled.
  static Home& of_process();

  // Gets a group whose children can have limits: a scope of systemd's, named after `unit` (without its
  // suffix), or the one that is divided, from which this process moves to a leaf. Again is no work.
  Status settle(const Delegation& delegation, const std::string& unit);

  // A new group beside this process, with these controllers. To be removed by its owner. What killed snugs
  // have left is removed first.
  Result<Group> make_group(const std::vector<std::string>& controllers);

  // The group's directory, -1 before settling. To be kept open by who closes all else.
  int dir() const { return dir_.get(); }

  // Moves this process back to where it was, and removes what settling and making groups have made, unless
  // another snug still needs it. systemd does that by itself.
  void leave();

 private:
  Status enter_scope(const std::string& unit);
  Status enter_leaf();
  Status enable(const std::vector<std::string>& controllers);
  void sweep();
  void give_back();

  UniqueFd dir_;
  std::string path_;
  std::string leaf_;  // where this process is, below `path_`; "" where it has not moved
  bool systemd_{};
  unsigned made_{};
};

}  // namespace snug::cgroup
