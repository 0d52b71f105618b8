#include "child/fs.h"

#include <sys/stat.h>

#include "child/attributes.h"
#include "sys/raw.h"

namespace snug::child {
namespace {

int finish(int fs, uint64_t attributes) {
  int result = raw::fs_create(fs);
  if (result >= 0)
    result = raw::fs_mount(fs, static_cast<unsigned>(attributes));
  raw::close_fd(fs);
  return result;
}

}  // namespace

int new_tmpfs(const char* size, const char* mode, uint64_t attributes) {
  const int fs = raw::fs_open("tmpfs");
  if (fs < 0)
    return fs;
  int result = 0;
  if (size)
    result = raw::fs_set_string(fs, "size", size);
  if (result >= 0 && mode)
    result = raw::fs_set_string(fs, "mode", mode);
  if (result < 0) {
    raw::close_fd(fs);
    return result;
  }
  return finish(fs, attributes | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
}

int new_mount(const char* type, uint64_t attributes) {
  const int fs = raw::fs_open(type);
  return fs < 0 ? fs : finish(fs, attributes);
}

int place(int fd, int target) {
  return raw::move_mount(fd, "", target, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
}

int clone_tree(int dirfd, const char* path, uint64_t attributes) {
  const unsigned empty = path[0] ? 0 : AT_EMPTY_PATH;
  const int fd = raw::open_tree(dirfd, path, OPEN_TREE_CLONE | AT_RECURSIVE | empty);
  if (fd < 0 || attributes == 0)
    return fd;
  const int result = add_attributes_to_tree(fd, attributes);
  if (result < 0) {
    raw::close_fd(fd);
    return result;
  }
  return fd;
}

int check_seen(int fd, const Seen& seen) {
  struct stat info;
  if (fstat(fd, &info) != 0)
    return -errno;
  return info.st_dev == seen.dev && info.st_ino == seen.ino ? 0 : -ESTALE;
}

int is_directory(int fd) {
  struct stat info;
  return fstat(fd, &info) != 0 ? -errno : S_ISDIR(info.st_mode) ? 1 : 0;
}

}  // namespace snug::child
