// What this kernel has of what snug uses, by a look: nothing is made or mounted, and no sandbox is run.
// doctor tries instead, and says why where something does not work.
#pragma once

#include <string>

#include "host/host_view.h"

namespace snug::host {

struct KernelFeatures {
  std::string release{};   // of uname(2)
  bool user_namespaces{};  // for ordinary users, by the sysctls
  bool overlay{};          // in a user namespace: Linux 5.11, with the file system built in or as a module
  bool tmpfs_xattrs{};     // user.* attributes in a tmpfs, for a writable layer in memory: Linux 6.6
  bool mount_api{};        // fsopen(2) and its kin: Linux 5.2
  bool mount_setattr{};    // Linux 5.12
  bool seccomp_notify{};   // a filter may ask a supervisor: Linux 5.0
  unsigned landlock{};     // version of the interface, 0: none
  bool cgroup2{};          // mounted at /sys/fs/cgroup
};

// Works without a working directory, without /proc and without /sys: what cannot be seen is not there.
KernelFeatures look_at_kernel();

}  // namespace snug::host
