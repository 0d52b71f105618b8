#include "sys/durable.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/fs.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "base/path.h"
#include "base/text.h"
#include "base/unique_fd.h"

namespace snug::sys {

Status sync_fd(int fd, std::string_view what) {
  if (fsync(fd) != 0)
    return fail({.step = fmt::format("write {} to disk", escape_control(what)), .err = errno});
  return {};
}

int make_private_dirs(const std::string& path) {
  if (mkdir(path.c_str(), 0700) != 0) {
    if (errno == EEXIST)
      return 0;
    if (errno != ENOENT || path == "/")
      return errno;
    if (const int error = make_private_dirs(parent_path(path)))
      return error;
    if (mkdir(path.c_str(), 0700) != 0)
      return errno == EEXIST ? 0 : errno;
  }
  // What is made in it later is only as durable as its own name.
  const UniqueFd parent{open(parent_path(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (parent)
    (void)!fsync(parent.get());  // a parent that cannot be read or written was somebody else's work
  return 0;
}

int rename_to_new(int dir, const std::string& from, const std::string& to) {
  return syscall(SYS_renameat2, dir, from.c_str(), dir, to.c_str(), RENAME_NOREPLACE) == 0 ? 0 : errno;
}

int lock_file(int fd) {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  if (fcntl(fd, F_OFD_SETLK, &lock) == 0)
    return 0;
  return errno == EACCES ? EAGAIN : errno;
}

int is_file_locked(int fd) {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  if (fcntl(fd, F_OFD_GETLK, &lock) != 0)
    return -errno;
  return lock.l_type == F_UNLCK ? 0 : 1;
}

int lock_directory(int fd) {
  if (flock(fd, LOCK_EX | LOCK_NB) == 0)
    return 0;
  return errno == EWOULDBLOCK ? EAGAIN : errno;
}

void unlock_directory(int fd) {
  (void)flock(fd, LOCK_UN);  // fails for no descriptor that is open
}

int is_directory_locked(int fd) {
  // A description of its own: another's is what conflicts.
  const UniqueFd own{openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (own && flock(own.get(), LOCK_SH | LOCK_NB) == 0)
    return 0;
  return errno == EWOULDBLOCK ? 1 : -errno;
}

bool is_same_file(int fd, int dir, const std::string& name) {
  struct stat ours {};
  struct stat named {};
  return fstat(fd, &ours) == 0 && fstatat(dir, name.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 &&
         ours.st_dev == named.st_dev && ours.st_ino == named.st_ino;
}

}  // namespace snug::sys
