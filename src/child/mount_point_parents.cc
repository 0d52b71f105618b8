// Makes the parents of mount points in the writable layer, where the image's own directories belong to
// somebody without an id inside: the kernel lets nobody make anything in those (privileged_wrt_inode_uidgid),
// but a directory that stands in the upper layer too is the upper layer's.
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "child/fs.h"
#include "child/state.h"
#include "sys/open_in.h"
#include "sys/raw.h"

namespace snug::child {
namespace {

enum class Found { Directory, Nothing, Other };

// What the image has at `path` (relative): the topmost layer that has anything decides. Links are not
// followed.
Found find_in_layers(const Op& op, const char* path, mode_t& mode) {
  for (size_t i = 0; i < op.overlay.count; ++i) {
    const Source& layer = op.overlay.layers[i];
    const int root = raw::open_at(AT_FDCWD, layer.path, O_PATH | O_DIRECTORY);
    if (root < 0 || check_seen(root, layer.seen) < 0) {
      raw::close_fd(root);
      return Found::Other;
    }
    const int fd = raw::open_in(root, path, O_PATH | O_NOFOLLOW, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
    raw::close_fd(root);
    if (fd == -ENOENT)
      continue;
    struct stat info;
    const bool directory = fd >= 0 && fstat(fd, &info) == 0 && S_ISDIR(info.st_mode);
    if (fd >= 0)
      raw::close_fd(fd);
    if (!directory)
      return Found::Other;
    mode = info.st_mode & 07777;
    return Found::Directory;
  }
  return Found::Nothing;
}

int make_parents(const Op& op, int upper, const char* target) {
  char prefix[PATH_MAX];
  const size_t length = strlen(target);
  if (length >= sizeof prefix)
    return -ENAMETOOLONG;
  memcpy(prefix, target, length + 1);
  for (size_t end = 1; end < length; ++end) {
    if (target[end] != '/')
      continue;
    prefix[end] = '\0';
    mode_t mode = 0755;
    // What the image does not have is made later, in a parent that is ours by then; a link leads to where
    // they are not made.
    if (find_in_layers(op, prefix + 1, mode) != Found::Directory)
      return 0;
    const int made = raw::make_dir_at(upper, prefix + 1, mode);
    if (made < 0 && made != -EEXIST)
      return made;
    prefix[end] = '/';
  }
  return 0;
}

}  // namespace

int make_mount_point_parents(const Op& op, int parent) {
  if (op.overlay.mount_point_parents.count == 0)
    return 0;
  const int upper = raw::open_at(parent, "upper", O_PATH | O_DIRECTORY);
  if (upper < 0)
    return upper;
  int result = 0;
  for (size_t i = 0; i < op.overlay.mount_point_parents.count && result >= 0; ++i)
    result = make_parents(op, upper, op.overlay.mount_point_parents.items[i]);
  raw::close_fd(upper);
  return result;
}

}  // namespace snug::child
