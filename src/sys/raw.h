// System calls for the code that runs between clone and exec: no heap, no locks, no exceptions. Every
// function returns the kernel's answer, or minus the errno. Only what glibc's wrappers would not do the same
// way is here.
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace snug::raw {

// Numbers of system calls that this thread has made here: the last one, and the last that failed. For the
// trace of a run.
struct Made {
  long last{-1};
  long failed{-1};
};
inline constinit thread_local Made made;

template<class... A>
inline long call(long number, A... arguments) {
  made.last = number;  // before: what executes does not come back
  const long result = ::syscall(number, arguments...);
  if (result < 0)
    made.failed = number;
  return result < 0 ? -errno : result;
}

inline int open_at(int dirfd, const char* path, int flags, mode_t mode = 0) {
  return static_cast<int>(call(SYS_openat, dirfd, path, flags | O_CLOEXEC, mode));
}

inline int make_dir_at(int dirfd, const char* path, mode_t mode) {
  return static_cast<int>(call(SYS_mkdirat, dirfd, path, mode));
}
inline int make_symlink_at(const char* text, int dirfd, const char* path) {
  return static_cast<int>(call(SYS_symlinkat, text, dirfd, path));
}
inline int close_fd(int fd) {
  return static_cast<int>(call(SYS_close, fd));
}
inline long write_fd(int fd, const char* data, size_t size) {
  return call(SYS_write, fd, data, size);
}

// The mount API of Linux 5.2; mount_setattr is from 5.12.
inline int fs_open(const char* type) {
  return static_cast<int>(call(SYS_fsopen, type, FSOPEN_CLOEXEC));
}
inline int fs_set_string(int fs, const char* key, const char* value) {
  return static_cast<int>(call(SYS_fsconfig, fs, FSCONFIG_SET_STRING, key, value, 0));
}
inline int fs_set_flag(int fs, const char* key) {
  return static_cast<int>(call(SYS_fsconfig, fs, FSCONFIG_SET_FLAG, key, nullptr, 0));
}
inline int fs_create(int fs) {
  return static_cast<int>(call(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, nullptr, nullptr, 0));
}
inline int fs_mount(int fs, unsigned attributes) {
  return static_cast<int>(call(SYS_fsmount, fs, FSMOUNT_CLOEXEC, attributes));
}
inline int open_tree(int dirfd, const char* path, unsigned flags) {
  return static_cast<int>(call(SYS_open_tree, dirfd, path, flags | OPEN_TREE_CLOEXEC));
}
inline int move_mount(int from, const char* from_path, int to, const char* to_path, unsigned flags) {
  return static_cast<int>(call(SYS_move_mount, from, from_path, to, to_path, flags));
}
inline int mount_setattr(int dirfd, const char* path, unsigned flags, uint64_t set) {
  mount_attr attributes{};
  attributes.attr_set = set;
  return static_cast<int>(call(SYS_mount_setattr, dirfd, path, flags, &attributes, sizeof attributes));
}

}  // namespace snug::raw
