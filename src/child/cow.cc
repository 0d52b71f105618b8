// A view of a host directory in which everything can be changed and nothing is: an overlay with that
// directory as its lower layer.
#include <sys/mount.h>

#include "child/fs.h"
#include "child/fuse.h"
#include "child/mount_options.h"
#include "child/state.h"
#include "child/target.h"
#include "sys/raw.h"

namespace snug::child {
namespace {

// Where the tmpfs of a writable layer stands while the overlay is mounted; the overlay keeps it alive after
// that.
constexpr char kStand[] = ".snug-cow";

// The overlay takes only a mounted directory as its upper (clone_private_mount), so that the tmpfs has to
// have a place for a moment.
int stand_tmpfs(const State& state, const Op& op) {
  const int fd = new_tmpfs(op.cow.size, "0700", 0);
  if (fd < 0)
    return fd;
  int result = raw::make_dir_at(state.scratch, kStand, 0700);
  if (result >= 0)
    result = raw::move_mount(fd, "", state.scratch, kStand, MOVE_MOUNT_F_EMPTY_PATH);
  if (result < 0)
    raw::close_fd(fd);
  return result < 0 ? result : fd;
}

int take_stand_away(const State& state) {
  int result = static_cast<int>(raw::call(SYS_fchdir, state.scratch));
  if (result >= 0)
    result = static_cast<int>(raw::call(SYS_umount2, kStand, MNT_DETACH | UMOUNT_NOFOLLOW));
  if (result >= 0)
    result = static_cast<int>(raw::call(SYS_unlinkat, state.scratch, kStand, AT_REMOVEDIR));
  return result;
}

// DISK/cow/NAME: below one name, so that whoever removes DISK needs no list.
int make_disk_dir(const Op& op) {
  const int disk = raw::open_at(AT_FDCWD, op.cow.disk, O_PATH | O_DIRECTORY);
  if (disk < 0)
    return disk;
  int result = raw::make_dir_at(disk, "cow", 0700);
  if (result >= 0 || result == -EEXIST)
    result = raw::make_dir_at(disk, op.cow.layer, 0700);
  if (result >= 0 || (result == -EEXIST && op.cow.kept))
    result = raw::open_at(disk, op.cow.layer, O_PATH | O_DIRECTORY | O_NOFOLLOW);
  raw::close_fd(disk);
  return result;
}

int mount_over(const State& state, int lower, int parent, int target, const Op& op) {
  // The root of the view has what the upper's root has. A kept view is there from the last time.
  int result = raw::make_dir_at(parent, "upper", op.cow.mode);
  if (result >= 0 || (result == -EEXIST && op.cow.kept))
    result = raw::make_dir_at(parent, "work", 0700);
  if (result < 0 && (result != -EEXIST || !op.cow.kept))
    return result;
  MountOptions place;
  place.add_fd(target);
  if (op.cow.fuse)
    return mount_fuse(state, place.text(), op.step);
  MountOptions options;
  options.add(kOverlayFeatures);
  options.add_fd(lower);
  options.add_upper(parent);
  if (op.cow.disk && !op.cow.kept)
    options.add(kOverlayVolatile);
  return static_cast<int>(
      raw::call(SYS_mount, "overlay", place.text(), "overlay", MS_NOSUID | MS_NODEV, options.text()));
}

// Looks into the view, which waits until its server answers. ENOTCONN where that has died.
int await_server(const State& state, const char* target) {
  const int view = open_target(state.root, target, TargetKind::Directory);
  if (view < 0)
    return view;
  const int result = is_directory(view);
  raw::close_fd(view);
  return result < 0 ? result : 0;
}

}  // namespace

int cow_mount(const State& state, const Op& op) {
  const int lower = raw::open_at(AT_FDCWD, op.cow.source.path, O_PATH | O_DIRECTORY);
  if (lower < 0)
    return lower;
  int result = check_seen(lower, op.cow.source.seen);
  const int target = result < 0 ? result : open_target(state.root, op.cow.target, TargetKind::Directory);
  const int parent = target < 0 ? target : op.cow.disk ? make_disk_dir(op) : stand_tmpfs(state, op);
  result = parent < 0 ? parent : mount_over(state, lower, parent, target, op);
  if (result >= 0 && !op.cow.disk)
    result = take_stand_away(state);
  if (result >= 0 && op.cow.fuse)
    result = await_server(state, op.cow.target);
  raw::close_fd(lower);
  if (target >= 0)
    raw::close_fd(target);
  if (parent >= 0)
    raw::close_fd(parent);
  return result;
}

}  // namespace snug::child
