// The root file system: put together on top of the host's "/", then pivoted to.
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "child/attributes.h"
#include "child/fs.h"
#include "child/fuse.h"
#include "child/mount_options.h"
#include "child/state.h"
#include "sys/raw.h"

namespace snug::child {
namespace {

// Mounts `fd` over "/" itself: no directory of the host is needed, and path look-ups, which start at the
// process's root and do not step onto what is stacked on it, still see the host until the pivot.
int stack_on_root(int fd) {
  return raw::move_mount(fd, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH);
}

int make_scratch(State& state, const char* size) {
  state.scratch = new_tmpfs(size, "0755", 0);
  return state.scratch < 0 ? state.scratch : stack_on_root(state.scratch);
}

int add_layers(MountOptions& options, State& state, const Op& op) {
  for (size_t i = 0; i < op.overlay.count; ++i) {
    state.detail = static_cast<int>(i);
    const Source& layer = op.overlay.layers[i];
    const int fd = raw::open_at(AT_FDCWD, layer.path, O_PATH | O_DIRECTORY);
    if (fd < 0)
      return fd;
    const int same = check_seen(fd, layer.seen);
    if (same < 0)
      return same;
    if (i > 0)
      options.add(":");
    options.add_fd(fd);
  }
  state.detail = -1;
  return 0;
}

int add_upper(MountOptions& options, const State& state, const Op& op) {
  int parent = state.scratch;
  if (op.overlay.disk) {
    parent = raw::open_at(AT_FDCWD, op.overlay.disk, O_PATH | O_DIRECTORY);
    if (parent < 0)
      return parent;
  } else {
    int result = raw::make_dir_at(parent, "upper", op.overlay.mode);
    if (result >= 0)
      result = raw::make_dir_at(parent, "work", 0700);
    if (result < 0)
      return result;
  }
  const int made = make_mount_point_parents(op, parent);
  if (made < 0)
    return made;
  options.add_upper(parent);
  if (op.overlay.disk && !op.overlay.kept)
    options.add(kOverlayVolatile);
  return 0;
}

int mount_root(const char* type, const MountOptions& options) {
  if (options.overflow())
    return -E2BIG;
  return static_cast<int>(raw::call(SYS_mount, type, "root", type, MS_NOSUID | MS_NODEV, options.text()));
}

// mount(2) and not fsconfig(2): one call works from 5.11 on, where fsconfig takes at most 255 bytes of
// lowerdir until lowerdir+ came (6.5).
int mount_overlay(State& state, const Op& op) {
  MountOptions options;
  options.add(kOverlayFeatures);
  int result = add_layers(options, state, op);
  if (result >= 0)
    result = add_upper(options, state, op);
  return result < 0 ? result : mount_root("overlay", options);
}

// The upper layer lies on disk: the server, outside of this mount namespace, has to reach it.
int mount_fuse_root(const State& state, const Op& op) {
  const int disk = raw::open_at(AT_FDCWD, op.overlay.disk, O_PATH | O_DIRECTORY);
  const int made = disk < 0 ? disk : make_mount_point_parents(op, disk);
  return made < 0 ? made : mount_fuse(state, "root", op.step);
}

// "/.." is the topmost mount stacked on the root: it must be the root itself, or the host could be reached
// through it.
int check_only_root(const State& state) {
  struct stat root;
  struct stat above;
  if (fstat(state.root, &root) != 0 || stat("/..", &above) != 0)
    return -errno;
  return root.st_dev == above.st_dev && root.st_ino == above.st_ino ? 0 : -EBUSY;
}

}  // namespace

int private_mounts() {
  return static_cast<int>(raw::call(SYS_mount, nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr));
}

int tmpfs_root(State& state, const char* size) {
  const int result = make_scratch(state, size);
  state.root = state.scratch;
  return result;
}

int disk_root(State& state, const char* disk) {
  int result = make_scratch(state, nullptr);
  if (result >= 0)
    result = raw::make_dir_at(state.scratch, "root", 0755);
  const int dir = result < 0 ? result : raw::open_at(AT_FDCWD, disk, O_PATH | O_DIRECTORY);
  if (dir < 0)
    return dir;
  const int copy = raw::open_tree(dir, "upper", OPEN_TREE_CLONE | AT_NO_AUTOMOUNT);
  raw::close_fd(dir);
  if (copy < 0)
    return copy;
  result = raw::move_mount(copy, "", state.scratch, "root", MOVE_MOUNT_F_EMPTY_PATH);
  if (result >= 0)
    result = add_attributes(copy, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
  state.root = copy;
  state.kept_root = true;
  return result;
}

int overlay_root(State& state, const Op& op) {
  int result = make_scratch(state, op.overlay.size);
  if (result >= 0)
    result = raw::make_dir_at(state.scratch, "root", 0755);
  // Both mounts are relative to the scratch tmpfs, which nothing else can change.
  if (result >= 0)
    result = static_cast<int>(raw::call(SYS_fchdir, state.scratch));
  if (result >= 0)
    result = op.overlay.fuse ? mount_fuse_root(state, op) : mount_overlay(state, op);
  if (result < 0)
    return result;
  // With FUSE this waits until fuse-overlayfs answers, or fails (ENOTCONN) when it has died.
  state.root = raw::open_at(state.scratch, "root", O_PATH | O_DIRECTORY);
  return state.root < 0 ? state.root : 0;
}

// /dev too: its directory belongs to the payload's user, while the devices in it do not need it to be
// writable.
int root_read_only(const State& state) {
  const int result = add_attributes(state.dev, MOUNT_ATTR_RDONLY);
  return result < 0 ? result : add_attributes(state.root, MOUNT_ATTR_RDONLY);
}

int pivot_root(State& state) {
  int result = static_cast<int>(raw::call(SYS_fchdir, state.root));
  // pivot_root(".", ".") stacks the old root on the new one, so that no put_old directory has to exist in a
  // rootfs which may be read-only (pivot_root(2)). An unmount of "." takes what is topmost there: first the
  // scratch tmpfs, where that is stacked on the host's root and is not the new root itself, then the host's.
  if (result >= 0)
    result = static_cast<int>(raw::call(SYS_pivot_root, ".", "."));
  if (result >= 0 && state.scratch != state.root)
    result = static_cast<int>(raw::call(SYS_umount2, ".", MNT_DETACH));
  if (result >= 0)
    result = static_cast<int>(raw::call(SYS_umount2, ".", MNT_DETACH));
  if (result >= 0)
    result = static_cast<int>(raw::call(SYS_chdir, "/"));
  return result < 0 ? result : check_only_root(state);
}

}  // namespace snug::child
