#include "cgroup/delegation.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <optional>

#include "base/path.h"
#include "base/try.h"
#include "cgroup/user_manager.h"
#include "cgroup/where.h"

namespace snug::cgroup {
namespace {

// What systemd.resource-control(5) says of Delegate=, as commands.
constexpr std::string_view kDropIn =
    "as root: mkdir -p /etc/systemd/system/user@.service.d; printf '[Service]\\nDelegate=cpu cpuset io "
    "memory pids\\n' "
    ">/etc/systemd/system/user@.service.d/delegate.conf; systemctl daemon-reload; then log in again";

// The three files that a delegation hands over.
bool may_divide(const std::string& dir) {
  for (const char* name : {"", "/cgroup.procs", "/cgroup.subtree_control"})
    if (faccessat(AT_FDCWD, (dir + name).c_str(), W_OK, AT_EACCESS) != 0)
      return false;
  return true;
}

// A group with processes of its own can have no controllers for its children, the root of the hierarchy
// apart, which has no cgroup.type.
bool is_root(const std::string& dir) {
  return access((dir + "/cgroup.type").c_str(), F_OK) != 0;
}

// Are there processes but this one?
bool has_others(const std::string& dir) {
  const auto procs = read_words(dir + "/cgroup.procs");
  const std::string self = std::to_string(getpid());
  return std::ranges::any_of(procs, [&](const std::string& pid) { return pid != self; });
}

// The controllers that matter are version 1's: no manager can hand them over then. Others, like hugetlb, may
// be there all the same.
bool is_hybrid(const Place& place) {
  const auto there = read_words(place.mount + "/cgroup.controllers");
  return std::ranges::none_of(there, [](const std::string& name) {
    return name == "cpu" || name == "io" || name == "memory" || name == "pids";
  });
}

struct Candidate {
  std::string dir;
  bool own;
};

enum class Managed { LeftAlone, Taken };

// The nearest group, from this process's own upwards, that can be divided. The user manager's tree is the
// manager's to divide, though all of it is writable to us; which of its units have Delegate=yes is not to be
// seen there (tried with versions 247 to 257).
std::optional<Candidate> nearest_group(const Place& place, Managed managed, bool& crowded) {
  for (std::string dir = place.dir;; dir = parent_path(dir)) {
    if (may_divide(dir) && (managed == Managed::Taken || !below_user_manager(dir))) {
      if (is_root(dir) || !has_others(dir))
        return Candidate{dir, dir == place.dir && !is_root(dir)};
      crowded = true;
    }
    if (dir == place.mount || dir == "/")
      return std::nullopt;
  }
}

Delegation divided(const Candidate& candidate) {
  return {.by = Delegator::Cgroup,
          .dir = candidate.dir,
          .own = candidate.own,
          .controllers = read_words(candidate.dir + "/cgroup.controllers"),
          .hint = fmt::format(
              "whoever made {} must let it have the controller (cgroup.subtree_control of the group above)",
              candidate.dir)};
}

Result<Delegation> ask_systemd(const Place& place) {
  auto manager = TRY(UserManager::connect());
  const auto group = TRY(manager.control_group());
  Delegation delegation{.by = Delegator::Systemd, .dir = place.mount + group, .hint = std::string{kDropIn}};
  delegation.controllers = read_words(delegation.dir + "/cgroup.controllers");
  return delegation;
}

}  // namespace

Delegation find_delegation() {
  const auto place = own_place();
  if (!place)
    return {.problem = place.error().step, .hint = place.error().hint};
  bool crowded = false;
  const auto near = nearest_group(*place, Managed::LeftAlone, crowded);
  const Delegation own = near ? divided(*near) : Delegation{};
  if (!own.controllers.empty())
    return own;
  if (is_hybrid(*place))
    return {.problem =
                "cgroup version 2 has no controllers here: they are bound to version 1 (a hybrid hierarchy)",
            .hint = "boot with systemd.unified_cgroup_hierarchy=1, or on a newer system, for limits"};
  if (near)
    return own;
  const auto systemd = ask_systemd(*place);
  if (systemd)
    return *systemd;
  if (const auto group = nearest_group(*place, Managed::Taken, crowded))
    return divided(*group);
  if (crowded)
    return {
        .problem = fmt::format("the cgroup {} is yours, and has other processes than snug in it", place->dir),
        .hint = fmt::format(
            "move them to a group below it first: mkdir {0}/rest; echo PID >{0}/rest/cgroup.procs",
            place->dir)};
  return {.problem = systemd.error().step, .hint = systemd.error().hint};
}

}  // namespace snug::cgroup
