// systemd's manager of this user, asked over D-Bus: org.freedesktop.systemd1(5).
#pragma once

#include <sys/types.h>

#include <memory>
#include <string>

#include "base/result.h"

struct DBusConnection;

namespace snug::cgroup {

class UserManager {
 public:
  // Over the user's bus in /run/user/UID, or, where there is no bus, over the manager's own socket there. The
  // environment is only asked where that directory is missing: su(1) keeps variables that name another user's
  // (sd_bus_open_user(3) would take them). Fails with why there is no manager to ask, and what would bring
  // one.
  static Result<UserManager> connect();

  // The manager's own group, from the root of the hierarchy: everything below it is the user's.
  Result<std::string> control_group();

  // Starts a scope that holds `pid`, with Delegate=yes, and waits until the process is in it. The scope ends
  // with the last process in it.
  Status start_scope(const std::string& unit, const std::string& description, pid_t pid);

 private:
  struct Close {
    void operator()(DBusConnection* connection) const;
  };
  explicit UserManager(DBusConnection* connection) : connection_{connection} {}

  std::unique_ptr<DBusConnection, Close> connection_;
};

}  // namespace snug::cgroup
