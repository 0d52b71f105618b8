#include "sys/open_in.h"

#include <limits.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "sys/raw.h"

namespace snug::raw {
namespace {

constexpr int kMostLinks = 40;  // as the kernel's own walk: path_resolution(7)

// A walk that holds every directory on its way open. ".." goes back along them and never asks the kernel for
// a parent: a directory that somebody moves while we stand in it cannot lead out of the root.
class Walk {
 public:
  Walk(int root, uint64_t flags, uint64_t resolve) : root_{root}, flags_{flags}, resolve_{resolve} {}
  Walk(const Walk&) = delete;
  Walk& operator=(const Walk&) = delete;
  ~Walk() { back_to(0); }

  int open(const char* path) {
    if (const int result = prepend(path); result < 0)
      return result;
    if (rest_[0] == '/' && (resolve_ & RESOLVE_BENEATH))
      return -EXDEV;
    for (;;) {
      char name[NAME_MAX + 1];
      if (const int result = next_name(name); result < 0)
        return result;
      if (!name[0])
        return open_at(top(), ".", static_cast<int>(flags_));
      int done = -1;
      if (const int result = enter(name, done); result < 0)
        return result;
      if (done >= 0)
        return done;
    }
  }

 private:
  int top() const { return depth_ > 0 ? fds_[depth_ - 1] : root_; }

  void back_to(size_t depth) {
    while (depth_ > depth) close_fd(fds_[--depth_]);
  }

  // Puts the text of a link (or the path itself) before what is still to be walked.
  int prepend(const char* text) {
    const size_t length = strlen(text);
    const size_t left = strlen(rest_);
    if (length + left + 2 > sizeof rest_)
      return -ENAMETOOLONG;
    memmove(rest_ + length + (left > 0 ? 1 : 0), rest_, left + 1);
    memcpy(rest_, text, length);
    if (left > 0)
      rest_[length] = '/';
    return 0;
  }

  // Takes the next name from the rest; "" at its end. `last_` and `slash_` say what follows it.
  int next_name(char* name) {
    const char* from = rest_;
    while (*from == '/') ++from;
    size_t size = 0;
    while (from[size] && from[size] != '/') ++size;
    if (size > NAME_MAX)
      return -ENAMETOOLONG;
    memcpy(name, from, size);
    name[size] = '\0';
    const char* after = from + size;
    slash_ = *after == '/';
    while (*after == '/') ++after;
    last_ = !*after;
    memmove(rest_, after, strlen(after) + 1);
    return 0;
  }

  // One name. `done` becomes the final descriptor where it was the last.
  int enter(const char* name, int& done) {
    if (strcmp(name, ".") == 0)
      return 0;
    if (strcmp(name, "..") == 0) {
      if (depth_ == 0)
        return resolve_ & RESOLVE_BENEATH ? -EXDEV : 0;
      back_to(depth_ - 1);
      return 0;
    }
    const int fd = open_at(top(), name, O_PATH | O_NOFOLLOW);
    if (fd < 0)
      return fd;
    struct stat info;
    int result = fstat(fd, &info) != 0 ? -errno : 0;
    if (result == 0 && S_ISLNK(info.st_mode) && !(last_ && !slash_ && (flags_ & O_NOFOLLOW)))
      result = follow(fd);
    else if (result == 0 && last_)
      result = done = finish(fd, name, S_ISDIR(info.st_mode));
    else if (result == 0)
      return push(fd, S_ISDIR(info.st_mode));
    if (done != fd)
      close_fd(fd);
    return result < 0 ? result : 0;
  }

  int push(int fd, bool directory) {
    if (directory && depth_ < sizeof fds_ / sizeof fds_[0]) {
      fds_[depth_++] = fd;
      return 0;
    }
    close_fd(fd);
    return directory ? -ENAMETOOLONG : -ENOTDIR;
  }

  int follow(int link) {
    struct statfs system;
    if ((resolve_ & RESOLVE_NO_SYMLINKS) || ++links_ > kMostLinks)
      return -ELOOP;
    // A magic link leads to wherever its descriptor is, whatever its text says.
    if (fstatfs(link, &system) != 0 || system.f_type == PROC_SUPER_MAGIC)
      return -ELOOP;
    char text[PATH_MAX];
    const long size = call(SYS_readlinkat, link, "", text, sizeof text - 1);
    if (size <= 0)
      return size < 0 ? static_cast<int>(size) : -ENOENT;
    text[size] = '\0';
    if (text[0] == '/') {
      if (resolve_ & RESOLVE_BENEATH)
        return -EXDEV;
      back_to(0);
    }
    return prepend(text);
  }

  int finish(int fd, const char* name, bool directory) {
    if ((slash_ || (flags_ & O_DIRECTORY)) && !directory)
      return -ENOTDIR;
    // Opened again for what O_PATH cannot do; a link that has come there meanwhile is refused.
    return flags_ & O_PATH ? fd : open_at(top(), name, static_cast<int>(flags_ | O_NOFOLLOW));
  }

  const int root_;
  const uint64_t flags_;
  const uint64_t resolve_;
  int fds_[128];
  size_t depth_ = 0;
  int links_ = 0;
  bool last_ = false;
  bool slash_ = false;
  char rest_[PATH_MAX] = "";
};

int walk(int root, const char* path, uint64_t flags, uint64_t resolve) {
  if (root != AT_FDCWD)
    return Walk{root, flags, resolve}.open(path);
  const int top = open_at(AT_FDCWD, path[0] == '/' ? "/" : ".", O_PATH | O_DIRECTORY);
  if (top < 0)
    return top;
  const int fd = Walk{top, flags, resolve}.open(path);
  close_fd(top);
  return fd;
}

}  // namespace

int open_in(int root, const char* path, uint64_t flags, uint64_t resolve) {
  open_how how{};
  how.flags = flags | O_CLOEXEC;
  how.resolve = resolve;
  const int fd = static_cast<int>(call(SYS_openat2, root, path, &how, sizeof how));
  // EAGAIN: somewhere on this machine something was renamed or mounted meanwhile, and the kernel will not
  // vouch for a
  // ".."; the walk does not need to ask.
  return fd == -ENOSYS || fd == -EAGAIN ? walk(root, path, flags, resolve) : fd;
}

}  // namespace snug::raw
