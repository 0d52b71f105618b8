// What is placed in the root: directories, links, made files, binds and tmpfs.
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "child/fs.h"
#include "child/mount_options.h"
#include "child/state.h"
#include "child/target.h"
#include "sys/raw.h"

namespace snug::child {
namespace {

// Descriptors are closed as soon as they are placed: 5,000 volumes must not need 10,000 descriptors.
int place_and_close(int fd, int target) {
  if (fd < 0 || target < 0) {
    raw::close_fd(fd < 0 ? target : fd);
    return fd < 0 ? fd : target;
  }
  int result = place(fd, target);
  // The kernel's EINVAL for a file on a directory says nothing.
  if (result == -EINVAL && is_directory(fd) == 0 && is_directory(target) == 1)
    result = -EISDIR;
  raw::close_fd(fd);
  raw::close_fd(target);
  return result;
}

// The parent of `target`, made where it is missing, and the last name of it.
int open_parent(int root, const char* target, const char*& name) {
  char parent[PATH_MAX];
  const char* slash = strrchr(target, '/');
  const size_t length = static_cast<size_t>(slash - target);
  if (length >= sizeof parent)
    return -ENAMETOOLONG;
  memcpy(parent, target, length);
  parent[length] = '\0';
  name = slash + 1;
  return open_target(root, length == 0 ? "/" : parent, TargetKind::Directory);
}

// A link by the name of a file that snug makes (/etc/resolv.conf is one in many images) gives way to an empty
// file in the sandbox's own layer: following it would put the file wherever the image says.
int replace_link(int root, const char* target) {
  const char* name = nullptr;
  const int parent = open_parent(root, target, name);
  if (parent < 0)
    return parent;
  struct stat info;
  int result = 0;
  if (fstatat(parent, name, &info, AT_SYMLINK_NOFOLLOW) != 0)
    result = errno == ENOENT ? 0 : -errno;
  else if (S_ISLNK(info.st_mode))
    result = static_cast<int>(raw::call(SYS_unlinkat, parent, name, 0));
  raw::close_fd(parent);
  return result;
}

int write_scratch_file(int scratch, const char* name, const Op& op) {
  const int fd = raw::open_at(scratch, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, op.file.mode);
  if (fd < 0)
    return fd;
  size_t written = 0;
  long result = 0;
  while (written < op.file.size && result >= 0) {
    result = raw::write_fd(fd, op.file.text + written, op.file.size - written);
    written += result > 0 ? static_cast<size_t>(result) : 0;
  }
  raw::close_fd(fd);
  return result < 0 ? static_cast<int>(result) : 0;
}

}  // namespace

int make_dir(const State& state, const char* target, mode_t mode) {
  const char* name = nullptr;
  const int parent = open_parent(state.root, target, name);
  if (parent < 0)
    return parent;
  int result = raw::make_dir_at(parent, name, mode);
  raw::close_fd(parent);
  if (result == -EEXIST) {
    // There already, perhaps behind a link that stays in the root: that serves, what leads nowhere does not.
    result = open_target(state.root, target, TargetKind::Directory);
    if (result >= 0)
      result = raw::close_fd(result);
  }
  return result;
}

int make_symlink(const State& state, const char* target, const char* text) {
  const char* name = nullptr;
  const int parent = open_parent(state.root, target, name);
  if (parent < 0)
    return parent;
  const int result = raw::make_symlink_at(text, parent, name);
  raw::close_fd(parent);
  // In a container's own layer it is there from the last time, or what the container has put in its place.
  return result == -EEXIST && state.kept_root ? 0 : result;
}

int bind_text(State& state, const Op& op) {
  if (state.scratch == state.root) {
    // The root is a fresh tmpfs of the sandbox's own: the file can stand in it.
    const char* name = nullptr;
    const int parent = open_parent(state.root, op.file.target, name);
    if (parent < 0)
      return parent;
    const int result = write_scratch_file(parent, name, op);
    raw::close_fd(parent);
    return result;
  }
  MountOptions name;
  name.add("file-");
  name.add_number(static_cast<int>(state.files++));
  int result = write_scratch_file(state.scratch, name.text(), op);
  if (result >= 0)
    result = replace_link(state.root, op.file.target);
  if (result < 0)
    return result;
  return place_and_close(clone_tree(state.scratch, name.text(), 0),
                         open_target(state.root, op.file.target, TargetKind::File));
}

int bind_mount(const State& state, const Op& op) {
  const int fd = clone_tree(AT_FDCWD, op.bind.source.path, op.bind.attributes);
  if (fd == -ENOENT && op.bind.optional)
    return 0;
  if (fd < 0)
    return fd;
  const int same = check_seen(fd, op.bind.source.seen);
  if (same < 0) {
    raw::close_fd(fd);
    return same;
  }
  const TargetKind kind = op.bind.directory ? TargetKind::Directory : TargetKind::File;
  return place_and_close(fd, open_target(state.root, op.bind.target, kind));
}

int mount_tmpfs(const State& state, const Op& op) {
  return place_and_close(new_tmpfs(op.tmpfs.size, op.tmpfs.mode, op.tmpfs.attributes),
                         open_target(state.root, op.tmpfs.target, TargetKind::Directory));
}

}  // namespace snug::child
