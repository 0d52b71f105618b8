// What init has open while it works, and what its parts share.
#pragma once

#include "child/program.h"
#include "child/wire.h"

namespace snug::child {

struct State {
  int wire = -1;
  int scratch = -1;    // tmpfs that holds the upper layer and the files made for the sandbox; the root itself
                       // on the host image
  int root = -1;       // the root being put together
  int proc = -1;       // the sandbox's own procfs
  int dev = -1;        // its /dev
  int pts = -1;        // its devpts
  int slave = -1;      // the payload's terminal
  unsigned files = 0;  // made in the scratch tmpfs so far
  bool kept_root = false;  // the root is a container's own directory, which has been one before
  int detail = -1;         // part of a step that failed: which layer, which device
};

// Each returns 0 or minus an errno. Named as the OpCode is.
int private_mounts();
int tmpfs_root(State& state, const char* size);
int disk_root(State& state, const char* disk);
int overlay_root(State& state, const Op& op);
// Makes the parents of op.overlay.mount_point_parents in upper/ of `parent`.
int make_mount_point_parents(const Op& op, int parent);
int root_read_only(const State& state);
int pivot_root(State& state);

int make_dir(const State& state, const char* target, mode_t mode);
int make_symlink(const State& state, const char* target, const char* text);
int bind_text(State& state, const Op& op);
int bind_mount(const State& state, const Op& op);
int cow_mount(const State& state, const Op& op);
int mount_tmpfs(const State& state, const Op& op);

int mount_dev(State& state, const TextList& devices);
int mount_devpts(State& state);
int mount_proc(State& state, const Op& op);
int mount_sys(State& state, const Op& op);
int mount_cgroup(State& state);
int open_terminal(State& state, const Op& op);

int write_maps(const char* uid_map, const char* gid_map);
int await_maps(const State& state);
// Until the supervisor says so. EPIPE where it has died.
int await_go(const State& state);
// A new session keyring, so that the caller's keys stay outside.
int join_keyring();
int loopback_up();
int set_sysctl(const char* path, const char* value);
int drop_capabilities(uint64_t keep);

// A new pty of the sandbox's devpts, its size set: the slave, with `master` set; or minus an errno.
int open_pty(int pts, uint16_t rows, uint16_t columns, int& master);

}  // namespace snug::child
