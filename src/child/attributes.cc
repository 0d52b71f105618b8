#include "child/attributes.h"

#include <linux/stat.h>
#include <sys/mount.h>
#include <sys/statfs.h>

#include "child/fs.h"
#include "child/mount_options.h"
#include "child/mountinfo.h"
#include "sys/raw.h"

namespace snug::child {
namespace {

// These have the same bits in mount_setattr(2), in mount(2) and in statfs(2).
constexpr uint64_t kShared = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
static_assert(kShared == (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC));

constexpr int kMostMounts = 4096;  // below one bind

// 0 where the kernel does not say (STATX_MNT_ID is from Linux 5.8).
uint64_t mount_id(int fd) {
  struct statx info {};
  const long result = raw::call(SYS_statx, fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &info);
  return result == 0 && (info.stx_mask & STATX_MNT_ID) ? info.stx_mnt_id : 0;
}

// The old way, which replaces all attributes: those that the mount has must be named again, or a user
// namespace that may not take them off is refused (EPERM). Without any word of atime the kernel keeps what it
// has.
int remount(int fd, uint64_t attributes) {
  struct statfs info;
  if (fstatfs(fd, &info) != 0)
    return -errno;
  MountOptions name;
  name.add_fd(fd);
  const uint64_t flags = (static_cast<uint64_t>(info.f_flags) & kShared) | attributes;
  return static_cast<int>(
      raw::call(SYS_mount, nullptr, name.text(), nullptr, MS_REMOUNT | MS_BIND | flags, nullptr));
}

// A mount of the tree. One that is not found by its path is covered by another, and then nobody inside can
// take the cover off, or somebody outside has moved the directory that it is on meanwhile, to have it passed
// over.
struct Known {
  uint64_t id;
  size_t length;  // of its path
  bool missed;
};

// Where `fd` is the root of a mount on top of "/", the submounts have the paths in mountinfo that they have
// beneath it. 1, or 0 where another mount, or nothing, is there; or minus an errno.
int remount_below(int fd, const MountLine& line, uint64_t attributes) {
  if (line.too_long)
    return -ENAMETOOLONG;
  const int root = raw::open_at(fd, line.target + 1, O_PATH | O_NOFOLLOW);
  if (root < 0)
    return root == -ENOENT || root == -ELOOP || root == -ENOTDIR ? 0 : root;
  int result = 0;
  if (mount_id(root) == line.id) {
    result = remount(root, attributes);
    if (result >= 0)
      result = 1;
  }
  raw::close_fd(root);
  return result;
}

// Takes notice of a mount whose parent is in the tree, and gives it the attributes.
int add_known(int fd, const MountLine& line, uint64_t attributes, Known* known, int& count) {
  int parent = 0;
  while (parent < count && known[parent].id != line.parent) ++parent;
  if (parent == count)
    return 0;
  if (count == kMostMounts)
    return -E2BIG;
  // On the very root of its parent: that is covered.
  if (line.length == known[parent].length)
    known[parent].missed = false;
  const int result = remount_below(fd, line, attributes);
  known[count++] = {line.id, line.length, result == 0};
  return result < 0 ? result : 0;
}

// The kernel lists a copied tree from its root downwards, so that a parent is known before its children.
int remount_tree(int fd, uint64_t attributes) {
  Known known[kMostMounts];
  known[0] = {mount_id(fd), 1, false};
  if (known[0].id == 0)
    return -ENOSYS;
  int result = remount(fd, attributes);
  const int list = result < 0 ? result : raw::open_at(AT_FDCWD, "/proc/self/mountinfo", O_RDONLY);
  if (list < 0)
    return list;
  MountInfo mounts{list};
  MountLine line;
  int count = 1;
  while (result >= 0 && (result = mounts.next(line)) > 0)
    result = add_known(fd, line, attributes, known, count);
  raw::close_fd(list);
  for (int i = 0; result >= 0 && i < count; ++i)
    if (known[i].missed)
      result = -ESTALE;
  return result < 0 ? result : 0;
}

}  // namespace

int add_attributes(int fd, uint64_t attributes) {
  const int result = raw::mount_setattr(fd, "", AT_EMPTY_PATH, attributes);
  return result == -ENOSYS && (attributes & ~kShared) == 0 ? remount(fd, attributes) : result;
}

int add_attributes_to_tree(int fd, uint64_t attributes) {
  int result = raw::mount_setattr(fd, "", AT_EMPTY_PATH | AT_RECURSIVE, attributes);
  if (result != -ENOSYS || (attributes & ~kShared) != 0)
    return result;
  // A file can only be mounted on a file, and has nothing below it.
  const int directory = is_directory(fd);
  if (directory < 0)
    return directory;
  result = raw::move_mount(fd, "", AT_FDCWD, directory ? "/" : "/dev/null", MOVE_MOUNT_F_EMPTY_PATH);
  if (result < 0)
    return result;
  return directory ? remount_tree(fd, attributes) : remount(fd, attributes);
}

}  // namespace snug::child
