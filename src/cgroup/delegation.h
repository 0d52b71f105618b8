// Who lets this user have cgroups with limits, and with which controllers: the kernel's delegation
// (cgroups(7), "Cgroups delegation") or systemd's user manager.
#pragma once

#include <string>
#include <vector>

namespace snug::cgroup {

enum class Delegator {
  Nobody,
  Cgroup,   // a group that this user may divide: this process's own, or one that it lies in
  Systemd,  // the user's manager makes a scope for the asking
};

struct Delegation {
  Delegator by{};
  std::string dir{};                       // Cgroup: what is divided. Systemd: the manager's group
  bool own{};                              // Cgroup: it is this process's own, which must move to a leaf then
  std::vector<std::string> controllers{};  // that limits can be had of
  std::string problem{};                   // Nobody: why
  std::string hint{};                      // Nobody: what would help. Else: what brings a missing controller
  bool operator==(const Delegation&) const = default;
};

// Looks, and asks systemd where nothing nearer serves; changes nothing.
Delegation find_delegation();

}  // namespace snug::cgroup
