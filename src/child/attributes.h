// Attributes of mounts that are there already: read-only, nosuid, nodev, noexec.
#pragma once

#include <stdint.h>

namespace snug::child {

// Adds MOUNT_ATTR_RDONLY, _NOSUID, _NODEV or _NOEXEC to the attached mount of which `fd` is the root, and to
// nothing below it. 0 or minus an errno.
int add_attributes(int fd, uint64_t attributes);

// The same for the mount and all of its submounts, in a tree that is still detached. Where the kernel has no
// mount_setattr (before Linux 5.12), or an outer container's filter answers so, the tree is attached on top
// of "/" meanwhile, where no look-up finds it (a file on /dev/null), and stays there until it is placed.
int add_attributes_to_tree(int fd, uint64_t attributes);

}  // namespace snug::child
