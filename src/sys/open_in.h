// Opening a path beneath a directory whose content nobody vouches for: the one way in which a root file
// system is walked, by init and by the supervisor alike. Like sys/raw.h it may be called between clone and
// exec.
#pragma once

#include <linux/openat2.h>
#include <stdint.h>

namespace snug::raw {

// openat2(2), Linux 5.6, with `resolve` of RESOLVE_IN_ROOT or RESOLVE_BENEATH or neither, and of
// RESOLVE_NO_SYMLINKS and RESOLVE_NO_MAGICLINKS. `root` is a descriptor, or AT_FDCWD with an absolute path.
// O_CLOEXEC is added. Where the kernel cannot vouch for a ".." (EAGAIN), or knows no openat2, or an outer
// container's filter does not (ENOSYS), the path is walked name by name with the same rules, but that no link
// of a procfs is followed; O_CREAT is not for this. The descriptor, or minus an errno.
int open_in(int root, const char* path, uint64_t flags, uint64_t resolve);

}  // namespace snug::raw
