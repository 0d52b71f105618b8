// What init does, prepared by the parent down to the last byte (launch/lower.cc): a flat array that init
// walks without a heap. Every pointer is into memory that the parent keeps until init has been cloned.
#pragma once

#include <linux/filter.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

namespace snug::child {

// The identity of a host file as the planner saw it. Checked after opening: what was swapped in between is
// refused (ESTALE).
struct Seen {
  dev_t dev;
  ino_t ino;
};

struct Source {
  const char* path;
  Seen seen;
};

struct TextList {
  const char* const* items;
  size_t count;
};

enum class OpCode : uint8_t {
  WriteMaps,
  AwaitMaps,
  CheckIds,
  HandOutNamespaces,
  NewCgroupNamespace,
  JoinKeyring,
  LoopbackUp,
  SetSysctl,
  SetHostname,
  PrivateMounts,
  TmpfsRoot,
  DiskRoot,
  OverlayRoot,
  MakeDir,
  MakeSymlink,
  BindText,
  BindMount,
  CowMount,
  MountTmpfs,
  MountDev,
  MountDevpts,
  MountProc,
  MountSys,
  MountCgroup,
  OpenTerminal,
  RootReadOnly,
  PivotRoot,
  LimitResource,
  DropCapabilities,
  NoNewPrivileges,
};

struct Op {
  OpCode code;
  uint16_t step;  // index into the plan, for the error
  union {
    struct {
      const char* uid_map;
      const char* gid_map;
    } maps;
    struct {
      uid_t uid;
      gid_t gid;
    } ids;
    struct {
      const char* path;  // below /proc/sys
      const char* value;
    } sysctl;
    struct {
      const char* name;
      size_t size;
    } hostname;
    struct {
      const char* size;  // as the file system takes it ("1048576"), or null
    } tmpfs_root;
    struct {
      const char* disk;  // directory with upper/, which becomes the root
    } disk_root;
    struct {
      const Source* layers;  // top first
      size_t count;
      const char* size;              // of the tmpfs upper, or null
      const char* disk;              // directory with upper/ and work/ on disk, or null for a tmpfs upper
      mode_t mode;                   // of the root: what the topmost layer has
      TextList mount_point_parents;  // targets whose parents are made in the writable layer first
      bool fuse;                     // served by fuse-overlayfs instead of the kernel's overlay
      bool kept;                     // the writable layer is to survive a crash of the machine
    } overlay;
    struct {
      const char* target;
      mode_t mode;
    } dir;
    struct {
      const char* target;
      const char* text;
    } symlink;
    struct {
      const char* target;
      const char* text;
      size_t size;
      mode_t mode;
    } file;
    struct {
      Source source;
      const char* target;
      uint64_t attributes;  // MOUNT_ATTR_*
      bool directory;
      bool optional;
    } bind;
    struct {
      Source source;
      const char* target;
      const char* size;   // of the tmpfs upper, or null
      const char* disk;   // directory for the writable layer on disk, or null for a tmpfs
      const char* layer;  // on disk: its directory below `disk`, "cow/NAME"
      mode_t mode;        // of the source
      bool fuse;          // served by fuse-overlayfs; then `disk` is not null
      bool kept;          // as of the root
    } cow;
    struct {
      const char* target;
      const char* size;  // or null
      const char* mode;  // octal
      uint64_t attributes;
    } tmpfs;
    struct {
      TextList devices;
    } dev;
    struct {
      bool own;
      TextList read_only;
      TextList masked;
    } proc;
    struct {
      bool own;
      TextList masked;
    } sys;
    struct {
      uint16_t rows, columns;
    } terminal;
    struct {
      int resource;
      uint64_t soft, hard;
    } limit;
    struct {
      uint64_t keep;
    } capabilities;
  };
};

struct Landlock {
  unsigned abi;       // of the kernel, at least 2; 0 for none
  TextList writable;  // paths inside
  bool refuse_tcp;
};

// What the payload's own process does between fork and exec. Each has the step it reports as.
struct Payload {
  uint16_t user_step, close_step, dir_step, landlock_step, filter_step, execute_step;
  bool confine_early;  // init takes on the payload's capabilities, directory and filter first, and the
                       // payload inherits them
  bool set_user;
  uid_t uid;
  gid_t gid;
  const gid_t* groups;
  size_t group_count;
  uint64_t keep;     // capabilities
  uint64_t ambient;  // those of them that a payload without uid 0 keeps over exec
  const char* workdir;
  Landlock landlock;
  const sock_filter* filter;  // or null
  size_t filter_size;
  bool filter_asks;  // it has calls that the supervisor answers (launch/setid_judge.h)
  bool root_is_own;  // all that is on the root's own mount is the sandbox's: layers of an image
  const char* const* argv;
  const char* const* envp;
  TextList candidates;
  uint8_t terminal_fds;  // bit n: standard fd n is the sandbox's own pty
  bool has_terminal;
};

// Memory that init gives back once the payload has run for a while: what it shares with the supervisor's
// past, and its own code.
struct Region {
  void* start;
  size_t size;
};

struct Program {
  Region arguments;  // the caller's command line
  Region rest[8];
  size_t rest_count;
  const Op* ops;
  size_t count;
  Payload payload;
  uint16_t create_step;
  bool traced;      // each step is told over the wire when it is done
  bool setup_only;  // a trial: end before the payload
  bool enterable;   // commands are taken over the wire beside the payload (child/enter.h)
  bool connected;   // the supervisor works on the network, by descriptors of it; the payload waits for that
  bool tree_only;   // no payload: the tree is handed out, and stays as long as the wire does
  uint16_t enter_step;
  uint16_t connect_step;
  sigset_t caller_mask;  // the payload starts with the mask that snug was started with
};

}  // namespace snug::child
