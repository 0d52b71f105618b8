// The second wall beneath the mounts: landlock(7). What the plan leaves writable may be written, everything
// of the sandbox's own tree may be read and executed, and nothing else may be opened at all, by whatever way
// a process comes to it.
#include "child/landlock.h"

#include <linux/landlock.h>
#include <sys/stat.h>

#include "child/fs.h"
#include "sys/open_in.h"
#include "sys/raw.h"

namespace snug::child {
namespace {

// Newer than the headers that snug is built with: the kernel's include/uapi/linux/landlock.h.
constexpr uint64_t kTruncate = 1ULL << 14;          // ABI 3, Linux 6.2
constexpr uint64_t kIoctlDevice = 1ULL << 15;       // ABI 5, Linux 6.10
constexpr uint64_t kBindTcp = 1ULL << 0;            // ABI 4, Linux 6.7
constexpr uint64_t kConnectTcp = 1ULL << 1;         // ABI 4
constexpr uint64_t kScopeAbstractUnix = 1ULL << 0;  // ABI 6, Linux 6.12
constexpr uint64_t kScopeSignal = 1ULL << 1;        // ABI 6

constexpr uint64_t kRead =
    LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
// Device nodes are handled, so that nobody makes one, and granted nowhere.
constexpr uint64_t kWrite =
    LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
    LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |
    LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_SYM | LANDLOCK_ACCESS_FS_REFER | kTruncate;
constexpr uint64_t kNodes = LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_BLOCK;
// Those that a rule for a file, and not a directory, may have (EINVAL for others).
constexpr uint64_t kOfFiles = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE |
                              LANDLOCK_ACCESS_FS_READ_FILE | kTruncate | kIoctlDevice;

struct Attributes {
  uint64_t files;
  uint64_t net;
  uint64_t scoped;
};

size_t attributes_size(unsigned abi) {
  return abi < 4 ? sizeof(uint64_t) : abi < 6 ? 2 * sizeof(uint64_t) : sizeof(Attributes);
}

uint64_t handled(unsigned abi) {
  return kRead | (kWrite & ~(abi < 3 ? kTruncate : 0)) | kNodes | (abi < 5 ? 0 : kIoctlDevice);
}

int allow(int rules, int fd, uint64_t access, unsigned abi) {
  const int directory = is_directory(fd);
  if (directory < 0)
    return directory;
  landlock_path_beneath_attr rule{};
  rule.allowed_access = access & handled(abi) & (directory ? ~0ULL : kOfFiles);
  rule.parent_fd = fd;
  return static_cast<int>(raw::call(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0));
}

int allow_path(int rules, const char* path, uint64_t access, unsigned abi) {
  const int fd = raw::open_in(AT_FDCWD, path, O_PATH, RESOLVE_NO_MAGICLINKS);
  if (fd < 0)
    return fd;
  const int result = allow(rules, fd, access, abi);
  raw::close_fd(fd);
  return result;
}

// A standard descriptor may be a file of the caller's, outside the tree. A program may open it again by
// /dev/stdout, and gets no more than the descriptor gives: without this rule nothing, and without Landlock a
// file that was opened for reading could be written to.
int allow_standard(int rules, int fd, unsigned abi) {
  struct stat info;
  if (fstat(fd, &info) != 0)
    return errno == EBADF ? 0 : -errno;
  if (!S_ISREG(info.st_mode) && !S_ISCHR(info.st_mode))
    return 0;  // closed, or a pipe or socket, which Landlock lets pass
  const long mode = raw::call(SYS_fcntl, fd, F_GETFL);
  if (mode < 0)
    return static_cast<int>(mode);
  const bool writes = (mode & O_ACCMODE) != O_RDONLY;
  const bool reads = (mode & O_ACCMODE) != O_WRONLY;
  const int result = allow(rules, fd,
                           (reads ? LANDLOCK_ACCESS_FS_READ_FILE : 0) |
                               (writes ? LANDLOCK_ACCESS_FS_WRITE_FILE | kTruncate : 0) |
                               (S_ISCHR(info.st_mode) ? kIoctlDevice : 0),
                           abi);
  return result == -EBADFD ? 0 : result;  // a memfd and its like have no place in a tree
}

int add_rules(int rules, const Landlock& wall) {
  int result = allow_path(rules, "/", kRead, wall.abi);
  // Settings of a process's own, and devices.
  if (result >= 0)
    result = allow_path(rules, "/proc", kRead | LANDLOCK_ACCESS_FS_WRITE_FILE, wall.abi);
  if (result >= 0)
    result =
        allow_path(rules, "/dev", kRead | LANDLOCK_ACCESS_FS_WRITE_FILE | kTruncate | kIoctlDevice, wall.abi);
  for (size_t i = 0; i < wall.writable.count && result >= 0; ++i) {
    result = allow_path(rules, wall.writable.items[i], kRead | kWrite | kIoctlDevice, wall.abi);
    // Where the payload's user cannot come to it, a rule would open nothing.
    if (result == -EACCES || result == -ENOENT)
      result = 0;
  }
  for (int fd = 0; fd < 3 && result >= 0; ++fd) result = allow_standard(rules, fd, wall.abi);
  return result;
}

}  // namespace

int apply_landlock(const Landlock& wall) {
  if (wall.abi == 0)
    return 0;
  const Attributes attributes{.files = handled(wall.abi),
                              .net = wall.refuse_tcp ? kBindTcp | kConnectTcp : 0,
                              .scoped = wall.abi < 6 ? 0 : kScopeAbstractUnix | kScopeSignal};
  const int rules =
      static_cast<int>(raw::call(SYS_landlock_create_ruleset, &attributes, attributes_size(wall.abi), 0));
  if (rules < 0)
    return rules;
  int result = add_rules(rules, wall);
  if (result >= 0)
    result = static_cast<int>(raw::call(SYS_landlock_restrict_self, rules, 0));
  raw::close_fd(rules);
  return result;
}

}  // namespace snug::child
