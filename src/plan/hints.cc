#include "plan/hints.h"

#include <fmt/format.h>

#include <cerrno>

#include "base/overloaded.h"
#include "base/text.h"
#include "plan/describe.h"

namespace snug::plan {
namespace {

std::string hint_namespaces(int err) {
  switch (err) {
    case EPERM:
      return "user namespaces are off for you here: kernel.unprivileged_userns_clone, an outer container's "
             "seccomp profile, or a "
             "chroot (user_namespaces(7))";
    case ENOSPC:
      return "ENOSPC is a limit here, not a disk: raise user.max_user_namespaces (sysctl), or nest less "
             "deeply";
    case EUSERS:
      return "user namespaces are nested too deeply (32 levels)";
    case EINVAL:
      return "this kernel lacks a namespace that snug needs; Linux 5.10 or newer has all that snug needs";
    case ENOSYS:
      return "an outer container's seccomp profile refuses clone3(2), which limits need";
    case ENOMEM:
      return "out of memory, or of what cgroup limits allow";
    case EAGAIN:
      return "too many processes: ulimit -u, or the cgroup's pids.max";
    default:
      return "";
  }
}

std::string hint_maps(int err) {
  if (err == EPERM || err == EACCES)
    return "an AppArmor or SELinux rule keeps this program from using user namespaces; on Ubuntu 23.10 and "
           "later see "
           "kernel.apparmor_restrict_unprivileged_userns";
  return err == ENOENT ? "snug needs /proc to be mounted on the host" : "";
}

std::string hint_overlay(const OverlayRoot& root, int err) {
  switch (err) {
    case ESTALE:
      return "the image's directory was replaced while snug started: run it again";
    case EPERM:
      return "overlay in a user namespace needs Linux 5.11; --overlay fuse does without";
    case EINVAL:
      return root.upper == UpperPlace::Disk ? "the store is on a file system that cannot hold an upper layer "
                                              "(overlay, NFS): use --writable tmpfs, or set "
                                              "XDG_DATA_HOME to a local disk"
                                            : "a lower directory is on a file system that overlay cannot "
                                              "use, or a mount lies below it; try --overlay fuse";
    case EACCES:
      return "the image's directories must be readable by your own user; snug has no extra rights";
    case ENOENT:
      return "a layer has gone, or /proc is not mounted on the host";
    case ELOOP:
      return "layers are nested overlays already (two deep is the kernel's limit): copy the image out of one";
    case E2BIG:
      return "the list of layers is longer than a mount's options may be: merge some";
    case ENODEV:
      return "this kernel has no overlay file system: use --overlay fuse";
    default:
      return "";
  }
}

std::string hint_target(int err) {
  switch (err) {
    case ELOOP:
      return "the image has a link on the way that leads nowhere inside it: choose another target, or mend "
             "the image";
    case ENOTDIR:
      return "the image has a file where a directory is wanted";
    case EISDIR:
      return "the image has a directory where a file is wanted";
    case ESTALE:
      return "the source was replaced while snug started: run it again";
    case EACCES:
    case EOVERFLOW:
    case EROFS:
      return "the target is missing in the image and cannot be made there: the image's files are not yours "
             "to change";
    case ENOSPC:
      return "ENOSPC may mean fs.mount-max, the limit on mounts, and not a disk";
    case EMFILE:
      return "raise the limit on open files (ulimit -n)";
    default:
      return "";
  }
}

std::string hint_cow(const CowMount& view, int err) {
  if (err == EINVAL && !view.fuse_program.empty())
    return "the store is on a file system that cannot hold an upper layer: set XDG_DATA_HOME to a local disk";
  switch (err) {
    case EINVAL:
      return "the directory is on a file system that the kernel's overlay cannot use, or a mount lies below "
             "it: use --overlay fuse, or mount it read-only instead";
    case EPERM:
      return "overlay in a user namespace needs Linux 5.11; --overlay fuse does without";
    case ENODEV:
      return "this kernel has no overlay file system: use --overlay fuse";
    case ELOOP:
      return "the directory is on nested overlays already (two deep is the kernel's limit), or a link of the "
             "image is "
             "in the way";
    default:
      return hint_target(err);
  }
}

std::string hint_system(int err, std::string_view what) {
  switch (err) {
    case ELOOP:
      return fmt::format("the image has a link at {}: it must be a directory", what);
    case ENOTDIR:
      return fmt::format("the image has a file at {}: it must be a directory", what);
    case EPERM:
      return fmt::format(
          "the kernel lets a user namespace mount {} only where the outer one is fully visible; an outer "
          "container has "
          "masked it",
          what);
    default:
      return "";
  }
}

std::string hint_group(const LimitGroup& step, int err) {
  switch (err) {
    case EINVAL:
    case ERANGE:
      return "the kernel does not take this value: a processor or a device that is not there, or a number "
             "out of range";
    case EACCES:
    case EPERM:
      return step.delegation.hint;
    case EBUSY:
      return "other processes are in a group that must have none: start snug in one of its own, by "
             "systemd-run --user "
             "--scope -p Delegate=yes snug ...";
    case ENOENT:
      return "this kernel has no such limit";
    default:
      return "";
  }
}

std::string hint_execute(const Execute& step, int err) {
  const std::string& program = step.argv[0];
  if (err == ENOENT && program.starts_with('-'))
    return "options go before the image: everything after it is the command";
  if (err == ENOENT && program.find('/') == std::string::npos)
    return "it is in no directory of the sandbox's PATH";
  switch (err) {
    case ENOENT:
      return "it, or its interpreter or loader, is not in the image";
    case EACCES:
      return "it is not executable by this user, or a directory on the way is closed";
    case ENOEXEC:
      return "it is no program for this machine: another architecture, or a script without #!";
    case E2BIG:
      return "arguments and environment together are too long for the kernel (a quarter of ulimit -s, 128 "
             "KiB for one): pass less, "
             "or raise ulimit -s";
    case ELOOP:
      return "a link on the way leads in a circle";
    default:
      return "";
  }
}

std::string hint_ports(int err) {
  switch (err) {
    case EADDRINUSE:
      return "another program has that port (ss -ltunp tells which); 0 for the port on the host takes a free "
             "one";
    case EADDRNOTAVAIL:
      return "no device of this machine has that address (ip address shows them); 0.0.0.0 and [::] are all "
             "of them";
    default:
      return "";
  }
}

std::string hint_for(const Step& step, int err) {
  return std::visit(
      overloaded{
          [&](const CreateNamespaces&) { return hint_namespaces(err); },
          [&](const MapSelf&) { return hint_maps(err); },
          [&](const JoinNetwork&) {
            return err == ESRCH || err == EPERM
                       ? std::string{"the other container must be one that this user runs"}
                       : hint_namespaces(err);
          },
          [&](const SharedMap&) {
            return std::string{
                err == ESTALE ? "the other container was started anew as another user: run it again" : ""};
          },
          [&](const MapRange&) { return hint_maps(err); },
          [&](const OverlayRoot& s) { return hint_overlay(s, err); },
          [&](const BindMount&) { return hint_target(err); },
          [&](const CowMount& s) { return hint_cow(s, err); },
          [&](const MountTmpfs&) { return hint_target(err); },
          [&](const MakeDir&) { return hint_target(err); },
          [&](const BindText&) { return hint_target(err); },
          [&](const MountDev&) { return hint_system(err, "/dev"); },
          [&](const MountProc&) { return hint_system(err, "/proc"); },
          [&](const MountSys&) { return hint_system(err, "/sys"); },
          [&](const Execute& s) { return hint_execute(s, err); },
          [&](const EnterDir&) {
            return std::string{err == EACCES ? "the payload's user may not enter it"
                                             : "it must be a directory inside the sandbox"};
          },
          [&](const PrivateMounts&) {
            return std::string{
                err == EACCES
                    ? "a security module (AppArmor, SELinux) refuses mounts: in docker, --security-opt "
                      "apparmor=unconfined"
                    : ""};
          },
          [&](const InstallSeccomp&) {
            return std::string{
                err == EINVAL ? "this kernel has no seccomp filters: seccomp = \"off\" does without" : ""};
          },
          [](const SweepDisk&) { return std::string{}; },
          [](const PrepareDisk&) { return std::string{}; },
          [](const KeepContainer&) { return std::string{}; },
          [&](const EnterContainer&) {
            return std::string{err == EBUSY ? "too many commands are in it at the same time" : ""};
          },
          [](const RelayFiles&) { return std::string{}; },
          [&](const PublishPorts&) { return hint_ports(err); },
          [](const OpenGate&) { return std::string{}; },
          [](const ConnectNetwork&) {
            return std::string{
                "snug doctor tries it, and says what is missing; --network gate --allow HOST does without"};
          },
          [](const JoinKeyring&) { return std::string{}; },
          [](const LoopbackUp&) { return std::string{}; },
          [](const SetSysctl&) { return std::string{"/proc/sys must be writable where snug starts"}; },
          [](const SetHostname&) { return std::string{}; },
          [](const TmpfsRoot&) { return std::string{}; },
          [](const DiskRoot&) { return std::string{}; },
          [](const MakeSymlink&) { return std::string{}; },
          [](const MountDevpts&) { return std::string{}; },
          [](const OpenTerminal&) { return std::string{}; },
          [](const RootReadOnly&) { return std::string{}; },
          [](const PivotRoot&) { return std::string{}; },
          [&](const LimitGroup& s) { return hint_group(s, err); },
          [](const NewCgroupNamespace&) { return std::string{}; },
          [&](const MountCgroup&) { return hint_system(err, "/sys/fs/cgroup"); },
          [](const LimitResource&) {
            return std::string{"the hard limit that snug was started with may be lower"};
          },
          [](const KeepCapabilities&) { return std::string{}; },
          [](const NoNewPrivileges&) { return std::string{}; },
          [](const CloseDescriptors&) { return std::string{}; },
          [](const BecomeUser&) {
            return std::string{"the user and all its groups must be in the sandbox's range of ids"};
          },
          [](const SetEnvironment&) { return std::string{}; },
          [&](const ApplyLandlock&) {
            return std::string{err == E2BIG ? "Landlock rulesets are nested too deeply (16 levels)"
                                            : "security.landlock = false does without"};
          },
          [](const ReportNew&) { return std::string{}; },
          [](const ServeContainer&) { return std::string{}; },
          [](const Timeout&) { return std::string{}; },
      },
      step);
}

// The part that failed, where a step has several.
std::string part_of(const Step& step, int detail) {
  const auto at = static_cast<std::size_t>(detail);
  if (const auto* root = std::get_if<OverlayRoot>(&step); root && detail >= 0 && at < root->layers.size())
    return fmt::format("open lower dir {}", escape_control(root->layers[root->layers.size() - 1 - at].path));
  if (const auto* dev = std::get_if<MountDev>(&step); dev && detail >= 0 && at < dev->devices.size())
    return fmt::format("bind {} into the sandbox's /dev", dev->devices[at]);
  return "";
}

}  // namespace

Error explain_failure(const PlannedStep& planned, int err, int detail) {
  Error error{.step = part_of(planned.step, detail), .err = err, .hint = hint_for(planned.step, err)};
  if (error.step.empty())
    error.step = describe(planned.step);
  if (err == ENOSYS && error.hint.empty())
    error.hint =
        "a system call is unknown here: this kernel is older than Linux 5.10, or an outer sandbox refuses it";
  if (planned.origin != Origin{})
    error.origin = planned.origin.text;
  if (const auto* execute = std::get_if<Execute>(&planned.step)) {
    // docker's rule, and the shell's: 127 where there is no such command, 126 where it cannot be executed.
    const bool missing = err == ENOENT || err == ENOTDIR;
    const bool no_room = err == E2BIG || err == EAGAIN || err == ENOMEM;  // says nothing of the command
    error.status = missing ? 127 : no_room ? 125 : 126;
    error.step = "execute " + escape_control(execute->argv[0]);
  }
  return error;
}

std::string hint_unknown_call(int err, std::string_view call, std::string_view since) {
  if (err != ENOSYS)
    return "";
  return fmt::format("{} is unknown here: it needs Linux {}, or an outer sandbox refuses it", call, since);
}

}  // namespace snug::plan
