#include "cgroup/home.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>

#include "base/text.h"
#include "base/try.h"
#include "cgroup/limited.h"
#include "cgroup/user_manager.h"
#include "cgroup/where.h"
#include "sys/file_io.h"

namespace snug::cgroup {
namespace {

constexpr std::string_view kPrefix = "snug-";
constexpr const char* kSubtreeControl = "cgroup.subtree_control";
constexpr const char* kEnabled = "user.snug.enabled";

std::string own_name(std::string_view what, unsigned number) {
  return fmt::format("{}{}-{}-{}", kPrefix, what, getpid(), number);
}

// flock(2) of a directory, for as long as this lives.
class Locked {
 public:
  explicit Locked(int dir) : dir_{dir} {
    while (flock(dir_, LOCK_EX) != 0 && errno == EINTR) {
    }
  }
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;
  ~Locked() { (void)flock(dir_, LOCK_UN); }

 private:
  int dir_;
};

// The controllers that a snug has enabled in the group, whichever it was: the last one to leave takes them
// away, also those of one that was killed. Noted at the group itself, which has user attributes since
// Linux 5.7; without them they stay.
std::vector<std::string> enabled_by_snug(int dir) {
  char names[256];
  const ssize_t size = fgetxattr(dir, kEnabled, names, sizeof names);
  std::vector<std::string> found;
  if (size > 0)
    for (const std::string_view name : split({names, static_cast<std::size_t>(size)}, ' '))
      found.emplace_back(name);
  return found;
}

void note_enabled(int dir, const std::string& controller) {
  auto all = enabled_by_snug(dir);
  if (std::ranges::find(all, controller) == all.end())
    all.push_back(controller);
  const std::string names = join(all, " ");
  (void)fsetxattr(dir, kEnabled, names.data(), names.size(), 0);
}

}  // namespace

Home& Home::of_process() {
  static Home home;
  return home;
}

Status Home::settle(const Delegation& delegation, const std::string& unit) {
  if (dir_)
    return {};
  systemd_ = delegation.by == Delegator::Systemd;
  path_ = delegation.dir;
  if (systemd_)
    TRY(enter_scope(unit));
  auto dir = TRY(sys::open_file(AT_FDCWD, path_, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
  dir_ = std::move(dir);
  return systemd_ || delegation.own ? enter_leaf() : Status{};
}

Status Home::enter_scope(const std::string& unit) {
  auto manager = TRY(UserManager::connect());
  const std::string scope = fmt::format("{}.scope", unit);
  TRY(manager.start_scope(scope, "snug sandbox " + unit, getpid()));
  const auto place = TRY(own_place());
  if (!place.dir.ends_with("/" + scope))
    return fail({.step = fmt::format("systemd's user manager started {}, and this process is in {}", scope,
                                     escape_control(place.dir))});
  path_ = place.dir;
  return {};
}

// A group that gives controllers to its children can have no processes of its own: cgroup-v2.rst, "No
// Internal Process Constraint".
Status Home::enter_leaf() {
  leaf_ = systemd_ ? "supervisor" : own_name("supervisor", 0);
  if (mkdirat(dir_.get(), leaf_.c_str(), 0755) != 0 && errno != EEXIST)
    return fail({.step = fmt::format("make the cgroup {}/{}", escape_control(path_), leaf_), .err = errno});
  return write_to(dir_.get(), leaf_ + "/cgroup.procs", "0");
}

// One at a time: a write of several is refused as a whole for one that is not there.
Status Home::enable(const std::vector<std::string>& controllers) {
  const auto there = read_words(path_ + "/" + kSubtreeControl);
  for (const std::string& controller : controllers) {
    if (std::ranges::find(there, controller) != there.end())
      continue;
    if (Status status = write_to(dir_.get(), kSubtreeControl, "+" + controller); !status) {
      status.error().step =
          fmt::format("give the {} controller to the groups below {}", controller, escape_control(path_));
      if (status.error().err == EBUSY)
        status.error().hint =
            "other processes are in that group, and the kernel wants none there; start snug in a group "
            "of its own: systemd-run --user --scope -p Delegate=yes snug ...";
      return status;
    }
    note_enabled(dir_.get(), controller);
  }
  return {};
}

Result<Group> Home::make_group(const std::vector<std::string>& controllers) {
  // Another snug that leaves this group takes the controllers away where nobody has a group there.
  const Locked locked{dir_.get()};
  TRY(enable(controllers));
  if (!systemd_)
    sweep();
  auto group =
      Group::make(dir_.get(), path_, systemd_ && made_ == 0 ? "payload" : own_name("payload", made_));
  ++made_;
  // Held for this process's life: who sweeps leaves it alone, though nothing may be in it yet.
  if (group && !systemd_)
    (void)flock(group->dir(), LOCK_SH | LOCK_NB);
  return group;
}

// Of a snug that was killed nobody removes the group, and systemd does not know of it. What runs cannot be
// removed, what is about to is locked.
void Home::sweep() {
  for (const std::string& name : children_of(path_)) {
    if (!name.starts_with(kPrefix) || name == leaf_)
      continue;
    const UniqueFd dir{openat(dir_.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
    if (dir && flock(dir.get(), LOCK_EX | LOCK_NB) == 0)
      (void)unlinkat(dir_.get(), name.c_str(), AT_REMOVEDIR);  // EBUSY: another supervisor is in it
  }
}

void Home::give_back() {
  // Taken away while somebody has limits here, the controllers would take those with them. Another snug's
  // supervisor counts too: its next group wants what is enabled.
  const Locked locked{dir_.get()};
  const auto enabled = enabled_by_snug(dir_.get());
  const bool alone = std::ranges::none_of(children_of(path_), [&](const std::string& name) {
    return name != leaf_ && name.starts_with(kPrefix);
  });
  if (alone && !has_limited_child(path_, leaf_, enabled)) {
    for (const std::string& controller : enabled)
      (void)write_to(dir_.get(), kSubtreeControl, "-" + controller);
    (void)fremovexattr(dir_.get(), kEnabled);
    if (!leaf_.empty() && write_to(dir_.get(), "cgroup.procs", "0"))
      (void)unlinkat(dir_.get(), leaf_.c_str(), AT_REMOVEDIR);
  }
}

void Home::leave() {
  if (!dir_ || systemd_)
    return;
  give_back();
  dir_.reset();
  leaf_.clear();
}

}  // namespace snug::cgroup
