// The steps of a plan: one struct for each kind of thing that is done to build a sandbox. A step stands
// alone: it does not read its neighbours. Visit with `overloaded` and no catch-all, so that a new step fails
// to compile in the printer, the lowering and the hints until it is handled there.
//
// Targets are absolute paths inside, normalised; sources are absolute paths on the host.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/id_map.h"
#include "base/origin.h"
#include "cgroup/delegation.h"
#include "host/host_view.h"
#include "image/image.h"
#include "seccomp/filter.h"
#include "spec/host_rule.h"
#include "spec/outbound.h"
#include "spec/publish.h"
#include "spec/values.h"

namespace snug::plan {

// --- Create: by the supervisor, before anything of the sandbox exists
// ---------------------------------------------------------

// A directory of this run's own below `parent`, for writable layers on disk, and a lock that is held for the
// run's life. Removed at exit; after a kill -9 the next snug that finds the lock free removes it.
struct PrepareDisk {
  std::string parent{};
  bool operator==(const PrepareDisk&) const = default;
};

// A container that is kept: `dir` in the store has its writable layer, its lock, its state and its log.
struct KeepContainer {
  std::string dir{};
  bool remove{};  // at its end, with all that is in it
  bool operator==(const KeepContainer&) const = default;
};

// Joins a running container: its init starts the command beside the payload, in the same namespaces, and
// confined by the same bytes (child/enter.h).
struct EnterContainer {
  std::string name{};
  bool operator==(const EnterContainer&) const = default;
};

// One file of a cgroup, and what is written to it: cgroup-v2.rst.
struct GroupLimit {
  std::string controller{};  // "memory"
  std::string file{};        // "memory.max"
  std::string value{};
  bool optional{};  // passed over where this kernel has no such file: nobody has asked for it by name
  bool operator==(const GroupLimit&) const = default;
};

// A cgroup for the sandbox, with limits: below one that this user may divide, or in a scope that systemd's
// user manager makes. The supervisor moves beside it, and init is cloned into it (clone3(2),
// CLONE_INTO_CGROUP). Gone at the end.
struct LimitGroup {
  cgroup::Delegation delegation{};
  std::string unit{};  // what a scope is named after
  std::vector<std::string> controllers{};
  std::vector<GroupLimit> limits{};
  std::string memory_text{};  // "64 MiB", for what is said of an end by it
  bool operator==(const LimitGroup&) const = default;
};

// What runs that were killed have left below `parent` is removed. Planned only where there is something.
struct SweepDisk {
  std::string parent{};
  bool operator==(const SweepDisk&) const = default;
};

// A pipe in the place of each standard descriptor that is a regular file, and a process outside that copies:
// with the descriptor itself the payload could change the file's mode and times, or cut off what was there
// before.
struct RelayFiles {
  bool operator==(const RelayFiles&) const = default;
};

// Ports of the host that lead to ports of the sandbox: the sockets are opened before anything else, and a
// process beside the sandbox forwards (network/forwarder.h).
struct PublishPorts {
  spec::PublishedPorts ports{};
  bool operator==(const PublishPorts&) const = default;
};

// The egress gate: a network beside the sandbox's in which a process listens for what these rules allow, and
// relays it to the hosts that the names stand for (gate/gate.h).
struct OpenGate {
  std::vector<spec::HostRule> allow{};
  std::vector<spec::HostRule> deny{};
  bool operator==(const OpenGate&) const = default;
};

// init is made in the user and network namespace of this running container: launch/join.h.
struct JoinNetwork {
  std::string container{};
  std::string id{};
  bool operator==(const JoinNetwork&) const = default;
};

// A user-mode network stack beside the sandbox, with a device inside: started once init has set everything
// up, and ready before the payload is executed (network/outbound.h). /proc/self/fd/N in its arguments are the
// sandbox's namespaces, and what tells that it is ready.
struct ConnectNetwork {
  spec::OutboundTool tool{};
  std::vector<std::string> argv{};  // its own path first
  bool operator==(const ConnectNetwork&) const = default;
};

// clone3(2) of init with all namespaces at once. `user` is false where JoinNetwork is done first, `network`
// there and where the host's network is wanted,
// `cgroup` where init enters a group of its own first: the new namespace's root is the group of the process
// that clones.
struct CreateNamespaces {
  bool user{true};
  bool network{true};
  bool cgroup{true};
  bool operator==(const CreateNamespaces&) const = default;
};

// --- Identity: by init, in its new user namespace
// -------------------------------------------------------------------------------

// One id each, written by init itself. setgroups is denied first, as user_namespaces(7) asks of an
// unprivileged writer.
struct MapSelf {
  IdRange uid{};
  IdRange gid{};
  bool operator==(const MapSelf&) const = default;
};

// The one id each that another container's user namespace has for the caller. Checked, for that container may
// have been started anew since.
struct SharedMap {
  IdRange uid{};
  IdRange gid{};
  bool operator==(const SharedMap&) const = default;
};

// A MapRange is a step too: written by the supervisor, while init waits (files/range_maps.h).

// A session keyring of its own: the caller's keys stay outside (keyctl(2), KEYCTL_JOIN_SESSION_KEYRING).
struct JoinKeyring {
  bool operator==(const JoinKeyring&) const = default;
};

// A cgroup namespace whose root is the group with the limits: cgroup_namespaces(7).
struct NewCgroupNamespace {
  bool operator==(const NewCgroupNamespace&) const = default;
};

// --- Network and kernel settings: by init, through the host's /proc, before the root changes
// ------------------------------------

struct LoopbackUp {
  bool operator==(const LoopbackUp&) const = default;
};

// A file below /proc/sys of a namespace that the sandbox owns.
struct SetSysctl {
  std::string name{};  // with slashes: "net/ipv4/ping_group_range"
  std::string value{};
  bool operator==(const SetSysctl&) const = default;
};

struct SetHostname {
  std::string name{};
  bool operator==(const SetHostname&) const = default;
};

// --- Root filesystem: by init
// ----------------------------------------------------------------------------------------------------

// Cuts every mount of the new namespace off from the host's: nothing made inside shows outside, nor the other
// way.
struct PrivateMounts {
  bool operator==(const PrivateMounts&) const = default;
};

// A tmpfs that becomes the root itself (the host image).
struct TmpfsRoot {
  std::uint64_t size{};  // bytes; 0 for the kernel's half of memory
  bool operator==(const TmpfsRoot&) const = default;
};

// The container's own directory on disk as the root (the host image, kept).
struct DiskRoot {
  bool operator==(const DiskRoot&) const = default;
};

enum class UpperPlace { Tmpfs, Disk };

// The image's layers under a throwaway upper layer, as the root.
struct OverlayRoot {
  std::vector<image::Layer> layers{};                       // bottom first
  spec::OverlayDriver driver{spec::OverlayDriver::Native};  // Native or Fuse, never Auto
  UpperPlace upper{UpperPlace::Tmpfs};
  std::uint64_t size{};        // of a tmpfs upper, in bytes; 0 for the kernel's half of memory
  std::string fuse_program{};  // Fuse: absolute path of fuse-overlayfs
  // Targets of later steps, where the image's directories belong to somebody else: what is on the way to each
  // is first made in the writable layer, since nothing could be made in the image's own directories (the
  // owner has no id inside).
  std::vector<std::string> mount_point_parents{};
  bool kept{};  // a container's own layer, which survives the run and a crash of the machine
  bool operator==(const OverlayRoot&) const = default;
};

struct MakeDir {
  std::string target{};
  mode_t mode{0755};
  bool operator==(const MakeDir&) const = default;
};

struct MakeSymlink {
  std::string target{};
  std::string text{};
  bool operator==(const MakeSymlink&) const = default;
};

// A file made for the sandbox: written to the scratch tmpfs and bound over `target`, so that neither the
// image nor its upper layer sees it. A symlink in the image at `target` is not followed.
struct BindText {
  std::string target{};
  std::string text{};
  mode_t mode{0644};
  bool copied{};  // the text is that of the host's file by the same name
  bool operator==(const BindText&) const = default;
};

// A host file or directory. `seen` is what the planner saw: the child compares device and inode after
// opening, so that a source swapped in between is refused and not mounted.
struct BindMount {
  std::string source{};
  std::string target{};
  spec::Access access{spec::Access::ReadOnly};
  spec::Missing missing{spec::Missing::Fail};
  host::FileInfo seen{};
  bool devices{};  // device nodes below it work
  bool operator==(const BindMount&) const = default;
};

// A host directory as the lower layer of an overlay: inside everything below it can be changed, and the
// host's own stays as it is. The changes are gone at the end of the run, or of a kept container.
struct CowMount {
  std::string source{};
  std::string target{};
  UpperPlace upper{UpperPlace::Tmpfs};
  std::uint64_t size{};        // of a tmpfs upper, in bytes; 0 for the kernel's half of memory
  std::string fuse_program{};  // absolute path of fuse-overlayfs where it serves the view, else ""
  std::string layer{};         // of an upper on disk: its directory below cow/ (plan/views.h)
  bool kept{};                 // as of the root
  host::FileInfo seen{};
  bool operator==(const CowMount&) const = default;
};

struct MountTmpfs {
  std::string target{};
  std::uint64_t size{};
  mode_t mode{01777};
  spec::Access access{spec::Access::ReadWrite};
  bool operator==(const MountTmpfs&) const = default;
};

// --- System: by init. Their targets are real directories of the image: a symlink there is refused
// ---------------------------------

// A tmpfs with the host's nodes for these names bound in, and the usual links (fd, stdin, stdout, stderr,
// ptmx).
struct MountDev {
  std::vector<std::string> devices{};
  bool operator==(const MountDev&) const = default;
};

struct MountDevpts {
  bool operator==(const MountDevpts&) const = default;
};

// Own: a procfs of the sandbox's own pid namespace. Else the outer one with what is mounted in it, all
// read-only: written through it, a process whose id is root's out there would change the machine. The lists
// are relative to it.
struct MountProc {
  bool own{true};
  std::vector<std::string> read_only{};
  std::vector<std::string> masked{};
  bool operator==(const MountProc&) const = default;
};

// Own: a sysfs of the sandbox's network namespace. Else the outer one, which is all that a process without a
// network namespace of its own may mount, or that the kernel gives in a container. Read-only both ways.
struct MountSys {
  bool own{true};
  std::vector<std::string> masked{};
  bool operator==(const MountSys&) const = default;
};

// The sandbox's own cgroup at /sys/fs/cgroup, read-only: programs that size themselves by their limits (the
// JVM, Go, nproc's like) look there.
struct MountCgroup {
  bool operator==(const MountCgroup&) const = default;
};

// A pty of the sandbox's own devpts; its master goes to the supervisor. Its slave takes the place of each
// standard descriptor that is a terminal of the caller's: that one is never handed in, since it could be read
// from and written to beside its owner. Where none is one, no terminal is opened, unless it is wanted
// `always`.
struct OpenTerminal {
  bool always{};
  bool operator==(const OpenTerminal&) const = default;
};

// The root itself becomes read-only; mounts on it keep what they have.
struct RootReadOnly {
  bool operator==(const RootReadOnly&) const = default;
};

// The sandbox's root becomes "/" and the host's is detached.
struct PivotRoot {
  bool operator==(const PivotRoot&) const = default;
};

// --- Privileges: by init
// -----------------------------------------------------------------------------------------------------------

struct LimitResource {
  std::string name{};  // "core", "nofile"
  std::uint64_t soft{};
  std::uint64_t hard{};
  bool operator==(const LimitResource&) const = default;
};

// Everything not in `keep` leaves the bounding, permitted, effective, inheritable and ambient sets
// (capabilities(7)).
struct KeepCapabilities {
  std::uint64_t keep{};              // bit n is capability n
  std::vector<std::string> names{};  // of `keep`, for people
  bool operator==(const KeepCapabilities&) const = default;
};

struct NoNewPrivileges {
  bool operator==(const NoNewPrivileges&) const = default;
};

// --- Payload: by the payload's own process, last of all
// ----------------------------------------------------------------------------

struct BecomeUser {
  std::uint32_t uid{};
  std::uint32_t gid{};
  std::vector<std::uint32_t> groups{};
  bool set{};  // false where the map has one id only, so that there is nothing to change
  bool operator==(const BecomeUser&) const = default;
};

// Whatever the caller had open, but for the three standard descriptors, stays behind: a directory would be a
// way out (CVE-2024-21626).
struct CloseDescriptors {
  bool operator==(const CloseDescriptors&) const = default;
};

struct EnterDir {
  std::string target{};
  bool operator==(const EnterDir&) const = default;
};

struct SetEnvironment {
  std::vector<spec::EnvVariable> variables{};
  bool operator==(const SetEnvironment&) const = default;
};

// A second wall beneath the mounts (landlock(7)): even through a descriptor or a magic link nothing can be
// opened outside the sandbox's own tree, and nothing written but below `writable`. Abstract sockets and
// signals end at the sandbox too, from ABI 6 on.
struct ApplyLandlock {
  unsigned abi{};
  std::vector<std::string> writable{};  // "/" where the root is
  bool refuse_tcp{};                    // ABI 4 on: no TCP port at all
  bool operator==(const ApplyLandlock&) const = default;
};

// The system call filter, and last but one: what follows it must be allowed by it.
struct InstallSeccomp {
  seccomp::FilterRequest request{};
  bool operator==(const InstallSeccomp&) const = default;
};

struct Execute {
  std::vector<std::string> argv{};
  std::vector<std::string> candidates{};  // absolute paths to try in order; argv[0] found along PATH
  bool operator==(const Execute&) const = default;
};

// --- Supervise: by the supervisor, while the payload runs
// ---------------------------------------------------------------------------

// Says at the end which of these host paths are there and were not before: names that tools of the host act
// upon, in a directory that the payload could write to.
struct ReportNew {
  std::vector<std::string> paths{};
  bool operator==(const ReportNew&) const = default;
};

// Keeps the log, and answers on the container's control socket: exec, attach, stop and the like.
struct ServeContainer {
  std::string name{};
  bool operator==(const ServeContainer&) const = default;
};

// SIGTERM to the payload after this time, SIGKILL to the sandbox `grace_ms` later; exit status 124
// (timeout(1)'s).
struct Timeout {
  std::uint64_t after_ms{};
  std::uint64_t grace_ms{};
  bool operator==(const Timeout&) const = default;
};

using Step =
    std::variant<SweepDisk, PrepareDisk, KeepContainer, EnterContainer, LimitGroup, RelayFiles, PublishPorts,
                 OpenGate, ConnectNetwork, JoinNetwork, CreateNamespaces, MapSelf, SharedMap, MapRange,
                 NewCgroupNamespace, JoinKeyring, LoopbackUp, SetSysctl, SetHostname, PrivateMounts,
                 TmpfsRoot, DiskRoot, OverlayRoot, MakeDir, MakeSymlink, BindText, BindMount, CowMount,
                 MountTmpfs, MountDev, MountDevpts, MountProc, MountSys, MountCgroup, OpenTerminal,
                 RootReadOnly, PivotRoot, LimitResource, KeepCapabilities, NoNewPrivileges, BecomeUser,
                 CloseDescriptors, EnterDir, SetEnvironment, ApplyLandlock, InstallSeccomp, Execute,
                 ReportNew, ServeContainer, Timeout>;

// In the order in which they are done. What each must not do is said where it would be tempting.
enum class Phase {
  Create,    // the supervisor only; must not leave anything behind that exit does not remove
  Identity,  // first in the new namespaces: before it, init's capabilities do not count for mounts of its own
  Kernel,  // namespaced kernel settings; still sees the host's /proc, which the settings are written through
  Root,    // the root filesystem is put together; must not write to any host path
  System,  // /dev, /proc, /sys; never through a symlink of the image
  Mounts,  // what the user named, parents first; must resolve every target beneath the root
  Pivot,   // after it no host path can be named any more
  Privileges,  // must come after every mount: it takes the right to mount away
  Payload,     // in the payload's process: user, directory, filter, exec
  Supervise,   // while it runs
};

enum class Actor { Supervisor, Init, Payload };

struct PlannedStep {
  Phase phase{};
  Actor actor{};
  Step step{};
  Origin origin{};
  bool operator==(const PlannedStep&) const = default;
};

}  // namespace snug::plan
