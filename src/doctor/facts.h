// Everything that a diagnosis looks at, as one plain value: a test writes the facts of a machine that cannot
// be had, doctor gathers those of this one. What could not be found out is empty.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "doctor/stage.h"
#include "host/host_view.h"

namespace snug::doctor {

// A step of a run that did not work.
struct Failure {
  Stage stage{Stage::Plan};
  int err{};
  std::string words{};  // what the run's own error says
  std::string hint{};   // what the run's own error advises, where no cause is found
  bool operator==(const Failure&) const = default;
};

// A plan of snug's own that was carried out. Where a step failed it was tried again without that step, so
// that several faults are found at once.
struct Trial {
  bool tried{};
  std::vector<Failure> failures{};
  bool worked() const { return tried && failures.empty(); }
  bool operator==(const Trial&) const = default;
};

// A single call of the kernel's that was tried: 0, or its errno. Absent where it was not tried.
using Answer = std::optional<int>;

struct ProcessFacts {
  std::string program{};     // the running binary, links resolved
  std::string open_to{};     // a path on the way to it that others may write to, or ""
  bool file_capabilities{};  // the binary has some, which a rootless tool needs not
  bool capabilities{};       // and this process, although it is not root's
  std::string user{};
  std::uint32_t uid{};
  std::vector<IdRange> ids{};  // /proc/self/uid_map
  bool ids_known{};
  int seccomp{};  // Seccomp: of /proc/self/status; 2 is a filter
  bool no_new_privs{};
  std::string label{};         // of the security module: /proc/self/attr/current
  std::string inside_label{};  // the same in a new user namespace
  bool chrooted{};
  std::string container{};  // "docker", "podman", …; "" outside
};

struct KernelFacts {
  host::KernelVersion version{};
  std::string release{};
  std::map<std::string, std::string> sysctls{};  // "user/max_user_namespaces": only those that are there
  bool selinux_enforcing{};
  std::string apparmor_profile{};  // the text of /etc/apparmor.d/snug
  Answer landlock{};
  unsigned landlock_abi{};
  Answer filter{};    // a seccomp filter was installed
  Answer terminal{};  // a pty was opened
  Answer tun{};
  std::vector<std::string> over_proc{};  // mounts that hide parts of /proc
  std::vector<std::string> over_sys{};
  bool proc_read_only{};
};

// A program that snug calls, where it has been found.
struct Helper {
  std::string path{};  // "" where it is not installed
  bool setuid{};
  bool file_capabilities{};
  bool nosuid{};  // it lies on a file system whose setuid bits and capabilities do not count
  bool operator==(const Helper&) const = default;
};

struct IdFacts {
  Helper newuidmap{};
  Helper newgidmap{};
  std::vector<IdRange> uids{};  // /etc/subuid
  std::vector<IdRange> gids{};
  std::vector<std::string> overlaps{};  // users whose ranges overlap with yours
  Trial range{};
};

struct StoreFacts {
  std::string path{};
  std::string dir{};      // the nearest directory above it that is there, itself where it is
  std::uint64_t magic{};  // of the file system: statfs(2)
  std::string type{};     // the same by name
  std::string label{};    // SELinux
  bool read_only{};
  Answer makes_dir{};  // a directory of its own was made there
  // What an overlay wants of its upper layer: each tried in a user namespace.
  Answer attribute{};                // user.*
  Answer whiteout{};                 // mknod 0:0
  Answer rename{};                   // RENAME_WHITEOUT
  Answer temporary{};                // O_TMPFILE
  std::vector<std::string> below{};  // "IMAGE: MOUNT", a mount below an image's layer
  std::string lower_type{};          // of the directory that an overlay was to be put over: explain_step
};

struct LayerFacts {
  Trial memory{};  // the kernel's overlay, writable layer in memory
  Trial disk{};    // the same in the store
  Trial fuse{};
  Helper fuse_program{};
  Answer fuse_device{};
};

struct CgroupFacts {
  bool v2{};      // a cgroup2 file system at /sys/fs/cgroup
  bool hybrid{};  // one elsewhere, beside version 1
  bool v1{};
  std::string own{};                   // this process's, in version 2
  std::vector<std::string> present{};  // controllers that are there to be had
  std::vector<std::string> yours{};    // delegated: cgroup.controllers of where you may write
  bool writable{};                     // the own cgroup may be written to
  std::string runtime_dir{};           // $XDG_RUNTIME_DIR
  std::optional<std::uint32_t> runtime_owner{};
  bool own_runtime_dir{};  // /run/user/UID is there
  Answer bus{};            // connecting to the user's bus
  bool systemd{};          // the machine was started by it
  bool lingers{};
};

struct NetworkFacts {
  Helper pasta{};
  Helper slirp{};     // slirp4netns
  Trial full{};       // a run with --network full, where one of the two is there
  Trial gate{};       // a run with --network gate and a rule
  bool gate_blind{};  // it has run, and could not see what it refuses
  Helper curl{};
  std::uint32_t gid{};
};

struct Facts {
  ProcessFacts process{};
  KernelFacts kernel{};
  IdFacts ids{};
  StoreFacts store{};
  LayerFacts layers{};
  CgroupFacts cgroup{};
  NetworkFacts network{};
  Trial base{};     // the shipped default profile over this machine's own programs, with a real command
  bool isolated{};  // that command saw the programs, and did not see a directory of yours
};

}  // namespace snug::doctor
