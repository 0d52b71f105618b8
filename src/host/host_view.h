// What the planner may ask of the machine. Tests answer with a pretend machine (tests/support/fake_host.h);
// the real one is real_host.h. Every question only looks: nothing here changes anything.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_kind.h"
#include "base/id_map.h"
#include "base/result.h"
#include "cgroup/delegation.h"

namespace snug::host {

struct FileInfo {
  FileKind kind{FileKind::Regular};
  dev_t dev{};
  ino_t ino{};
  uid_t uid{};
  gid_t gid{};
  mode_t mode{};  // permission bits only
  std::uint64_t size{};
  dev_t rdev{};  // of a device: which
  bool operator==(const FileInfo&) const = default;
};

struct Caller {
  uid_t uid{};
  gid_t gid{};
  std::string user{};  // from /etc/passwd, else $USER, else the number: a static binary has no NSS
  std::string home{};
  std::string cwd{};
  bool operator==(const Caller&) const = default;
};

struct KernelVersion {
  unsigned major{};
  unsigned minor{};
  auto operator<=>(const KernelVersion&) const = default;
};

// What an outer container may keep from a sandbox in it: a /proc or /sys of its own (mount_too_revealing() of
// fs/namespace.c: a part of the outer one is hidden), writable sysctls, a host name.
enum class Withheld { Proc, Sys, Sysctls, Hostname };

class HostView {
 public:
  virtual ~HostView() = default;

  virtual const Caller& caller() const = 0;

  // stat(2), following links. Fails with the errno of the system call and the path in the step.
  virtual Result<FileInfo> stat(const std::string& path) const = 0;

  // readlink(2). Fails with EINVAL where `path` is not a link.
  virtual Result<std::string> read_link(const std::string& path) const = 0;

  // The text of a regular file of at most 1 MiB.
  virtual Result<std::string> read_file(const std::string& path) const = 0;

  // The names in a directory, in order; none where it cannot be read.
  virtual std::vector<std::string> names_in(const std::string& dir) const = 0;

  // The caller's value of an environment variable, and all its names.
  virtual std::optional<std::string> environment(const std::string& name) const = 0;
  virtual std::vector<std::string> environment_names() const = 0;

  // The absolute path of an executable in the fixed search path /usr/bin:/usr/sbin:/bin:/sbin:/usr/local/bin;
  // never $PATH, which a project could have changed.
  virtual std::optional<std::string> find_program(std::string_view name) const = 0;

  // The caller's ranges in /etc/subuid (or /etc/subgid), in the order of the file: subuid(5).
  virtual std::vector<IdRange> subordinate_uids() const = 0;
  virtual std::vector<IdRange> subordinate_gids() const = 0;

  // Mount points strictly below a path, from /proc/self/mountinfo.
  virtual std::vector<std::string> mounts_below(const std::string& path) const = 0;

  // The magic number of the file system that holds a path, from statfs(2).
  virtual Result<std::uint64_t> file_system(const std::string& path) const = 0;

  // Why the kernel's overlay cannot be used in a user namespace here; nothing where it can. explain and
  // doctor find out by a trial mount, run by the kernel's version and by what this run has already met (see
  // note_overlay_failure).
  virtual std::optional<std::string> native_overlay_problem() const = 0;

  // True once this run has been refused it.
  virtual bool withholds(Withheld what) const = 0;

  // Does a tmpfs keep user.* attributes (Linux 6.6 on)? An overlay's upper layer needs them for opaque
  // directories.
  virtual bool tmpfs_has_user_xattrs() const = 0;

  // The version of the kernel's Landlock interface, 0 where it has none: landlock_create_ruleset(2).
  virtual Result<unsigned> landlock_abi() const = 0;

  // Who lets this user have cgroups with limits. Asks systemd, hence only where limits are wanted.
  virtual cgroup::Delegation delegation() const = 0;

  // Where snug keeps things: $XDG_DATA_HOME/snug, by default ~/.local/share/snug. Not created by asking.
  virtual std::string store_dir() const = 0;
};

}  // namespace snug::host
