// /dev, /proc and /sys: fresh ones, or the outer /proc and /sys, each placed on a real directory of the root.
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "child/fs.h"
#include "child/state.h"
#include "child/target.h"
#include "sys/open_in.h"
#include "sys/raw.h"

namespace snug::child {
namespace {

constexpr uint64_t kNoExec = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC;

int place_system(int fd, const State& state, const char* path) {
  if (fd < 0)
    return fd;
  const int target = open_system_target(state.root, path);
  if (target < 0)
    return target;
  const int result = place(fd, target);
  raw::close_fd(target);
  return result;
}

// An empty file `name` in `dirfd`, with the mount `fd` on it. Closes `fd`.
int place_on_new_file(int fd, int dirfd, const char* name) {
  if (fd < 0)
    return fd;
  const int file = raw::open_at(dirfd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0644);
  int result = file;
  if (file >= 0) {
    raw::close_fd(file);
    result = raw::move_mount(fd, "", dirfd, name, MOVE_MOUNT_F_EMPTY_PATH);
  }
  raw::close_fd(fd);
  return result;
}

int add_device(int dev, const char* path) {
  const int fd = clone_tree(AT_FDCWD, path, kNoExec);
  struct stat info;
  // On a host whose /dev/null is a plain file, "no output" would be a shared file.
  if (fd >= 0 && (fstat(fd, &info) != 0 || !S_ISCHR(info.st_mode))) {
    raw::close_fd(fd);
    return -ENODEV;
  }
  return place_on_new_file(fd, dev, path + sizeof "/dev/" - 1);
}

struct Link {
  const char* name;
  const char* text;
};
constexpr Link kDevLinks[] = {{"fd", "/proc/self/fd"},
                              {"stdin", "/proc/self/fd/0"},
                              {"stdout", "/proc/self/fd/1"},
                              {"stderr", "/proc/self/fd/2"},
                              {"ptmx", "pts/ptmx"}};

// `name` beneath a kernel file system of ours, as an O_PATH descriptor; never through a link.
int open_kernel_file(int fs, const char* name) {
  return raw::open_in(fs, name, O_PATH, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
}

// Hides what the kernel has at each name: a directory behind an empty one, a file behind /dev/null. Names
// that this kernel does not have are passed over.
int mask(int fs, const TextList& names) {
  int empty = -1;  // the first directory mask, of which the others are copies
  for (size_t i = 0; i < names.count; ++i) {
    const int target = open_kernel_file(fs, names.items[i]);
    if (target == -ENOENT)
      continue;
    if (target < 0)
      return target;
    const int directory = is_directory(target);
    int cover = directory;
    if (directory == 0)
      cover = clone_tree(AT_FDCWD, "/dev/null", kNoExec);
    else if (directory > 0 && empty < 0)
      cover = empty = new_tmpfs("0", "0555", MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOEXEC);
    else if (directory > 0)
      cover = clone_tree(empty, "", 0);
    const int result = cover < 0 ? cover : place(cover, target);
    raw::close_fd(target);
    if (cover >= 0 && cover != empty)
      raw::close_fd(cover);
    if (result < 0)
      return result;
  }
  if (empty >= 0)
    raw::close_fd(empty);
  return 0;
}

int make_read_only(int fs, const TextList& names) {
  for (size_t i = 0; i < names.count; ++i) {
    const int target = open_kernel_file(fs, names.items[i]);
    if (target == -ENOENT)
      continue;
    if (target < 0)
      return target;
    const int copy = clone_tree(fs, names.items[i], MOUNT_ATTR_RDONLY | kNoExec);
    const int result = copy < 0 ? copy : place(copy, target);
    raw::close_fd(target);
    if (copy >= 0)
      raw::close_fd(copy);
    if (result < 0)
      return result;
  }
  return 0;
}

}  // namespace

int mount_dev(State& state, const TextList& devices) {
  state.dev = new_tmpfs(nullptr, "0755", MOUNT_ATTR_NOEXEC);
  int result = place_system(state.dev, state, "/dev");
  for (size_t i = 0; i < devices.count && result >= 0; ++i) {
    state.detail = static_cast<int>(i);
    result = add_device(state.dev, devices.items[i]);
  }
  if (result < 0)
    return result;
  state.detail = -1;
  for (const Link& link : kDevLinks)
    if (result >= 0)
      result = raw::make_symlink_at(link.text, state.dev, link.name);
  return result;
}

int mount_devpts(State& state) {
  const int fs = raw::fs_open("devpts");
  if (fs < 0)
    return fs;
  // ptmxmode: /dev/ptmx is a link to this instance's own, and must be usable by whoever the payload is.
  int result = raw::fs_set_string(fs, "ptmxmode", "0666");
  if (result >= 0)
    result = raw::fs_set_string(fs, "mode", "0620");
  if (result >= 0)
    result = raw::fs_create(fs);
  if (result >= 0)
    state.pts = result = raw::fs_mount(fs, static_cast<unsigned>(kNoExec));
  raw::close_fd(fs);
  if (result >= 0)
    result = raw::make_dir_at(state.dev, "pts", 0755);
  return result < 0 ? result : raw::move_mount(state.pts, "", state.dev, "pts", MOVE_MOUNT_F_EMPTY_PATH);
}

int mount_proc(State& state, const Op& op) {
  constexpr uint64_t kAttributes = MOUNT_ATTR_NODEV | kNoExec;
  state.proc = op.proc.own ? new_mount("proc", kAttributes)
                           : clone_tree(AT_FDCWD, "/proc", kAttributes | MOUNT_ATTR_RDONLY);
  int result = place_system(state.proc, state, "/proc");
  if (result >= 0)
    result = make_read_only(state.proc, op.proc.read_only);
  if (result >= 0)
    result = mask(state.proc, op.proc.masked);
  return result;
}

int mount_sys(State& state, const Op& op) {
  constexpr uint64_t kAttributes = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV | kNoExec;
  const int fd = op.sys.own ? new_mount("sysfs", kAttributes) : clone_tree(AT_FDCWD, "/sys", kAttributes);
  int result = place_system(fd, state, "/sys");
  if (result >= 0)
    result = mask(fd, op.sys.masked);
  if (fd >= 0)
    raw::close_fd(fd);
  return result;
}

int mount_cgroup(State& state) {
  const int fd = new_mount("cgroup2", MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV | kNoExec);
  const int result = place_system(fd, state, "/sys/fs/cgroup");
  if (fd >= 0)
    raw::close_fd(fd);
  return result;
}

int open_pty(int pts, uint16_t rows, uint16_t columns, int& master) {
  master = raw::open_at(pts, "ptmx", O_RDWR | O_NOCTTY);
  if (master < 0)
    return master;
  int unlocked = 0;
  // The peer by ioctl, not by name: no path of the sandbox is involved (Linux 4.13).
  int slave = ioctl(master, TIOCSPTLCK, &unlocked) != 0
                  ? -1
                  : ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
  // The size is set before anything can read it: programs that ask once at start-up get the right answer.
  winsize size{};
  size.ws_row = rows;
  size.ws_col = columns;
  if (slave >= 0 && ioctl(slave, TIOCSWINSZ, &size) == 0)
    return slave;
  const int error = errno;
  if (slave >= 0)
    raw::close_fd(slave);
  raw::close_fd(master);
  return -error;
}

int open_terminal(State& state, const Op& op) {
  int master = -1;
  state.slave = open_pty(state.pts, op.terminal.rows, op.terminal.columns, master);
  if (state.slave < 0)
    return state.slave;
  // init leads the session, as a shell would: were the payload its leader, its group would be an orphaned
  // one, and Ctrl-Z ignored.
  if (ioctl(state.slave, TIOCSCTTY, 0) != 0)
    return -errno;
  int result = place_on_new_file(clone_tree(state.pts, "0", 0), state.dev, "console");
  if (result >= 0)
    result = send_message(state.wire, {.kind = MessageKind::Terminal}, &master, 1);
  raw::close_fd(master);
  return result;
}

}  // namespace snug::child
