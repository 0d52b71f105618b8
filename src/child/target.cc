#include "child/target.h"

#include <limits.h>
#include <string.h>

#include "sys/open_in.h"
#include "sys/raw.h"

namespace snug::child {
namespace {

constexpr uint64_t kInRoot = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;

// Makes `name` in `parent` and opens it; what is there already is opened. Neither follows a link by that
// name.
int make_entry(int parent, const char* name, bool directory) {
  if (!directory) {
    // The descriptor of the new file serves as the target: no second look-up.
    const int fd = raw::open_at(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0644);
    // EEXIST after ENOENT: the name is there and leads nowhere.
    return fd == -EEXIST ? -ELOOP : fd;
  }
  const int made = raw::make_dir_at(parent, name, 0755);
  if (made < 0)
    return made == -EEXIST ? -ELOOP : made;
  return raw::open_at(parent, name, O_PATH | O_DIRECTORY | O_NOFOLLOW);
}

// `target` without what is missing at its end: the deepest directory that is there, resolved beneath the
// root. `end` becomes the length of the part that it stands for.
int open_existing(int root, const char* target, uint64_t resolve, size_t& end) {
  char prefix[PATH_MAX];
  end = strlen(target);
  if (end >= sizeof prefix)
    return -ENAMETOOLONG;
  memcpy(prefix, target, end + 1);
  for (;;) {
    while (end > 0 && target[end - 1] != '/') --end;
    if (end <= 1)
      return raw::open_in(root, "/", O_PATH | O_DIRECTORY, resolve);
    prefix[--end] = '\0';
    const int fd = raw::open_in(root, prefix, O_PATH | O_DIRECTORY, resolve);
    if (fd != -ENOENT)
      return fd;
  }
}

// The missing components, one by one, each in the directory that was opened or made before it.
int make_missing(int root, const char* target, TargetKind kind, uint64_t resolve) {
  size_t start = 0;
  int fd = open_existing(root, target, resolve, start);
  const size_t length = strlen(target);
  while (fd >= 0 && start < length) {
    char name[NAME_MAX + 1];
    while (target[start] == '/') ++start;
    size_t size = 0;
    while (start + size < length && target[start + size] != '/') ++size;
    int next = -ENAMETOOLONG;
    if (size < sizeof name) {
      memcpy(name, target + start, size);
      name[size] = '\0';
      next = make_entry(fd, name, start + size < length || kind == TargetKind::Directory);
    }
    raw::close_fd(fd);
    fd = next;
    start += size;
  }
  return fd;
}

int open_or_make(int root, const char* target, TargetKind kind, uint64_t resolve) {
  const uint64_t flags = kind == TargetKind::Directory ? O_PATH | O_DIRECTORY : O_PATH;
  const int fd = raw::open_in(root, target, flags, resolve);
  return fd == -ENOENT ? make_missing(root, target, kind, resolve) : fd;
}

}  // namespace

int open_target(int root, const char* target, TargetKind kind) {
  return open_or_make(root, target, kind, kInRoot);
}

int open_system_target(int root, const char* target) {
  return open_or_make(root, target, TargetKind::Directory, RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS);
}

}  // namespace snug::child
