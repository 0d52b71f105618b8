// Making and placing mounts by descriptor.
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "child/program.h"

namespace snug::child {

// A detached tmpfs; `size` ("1048576") and `mode` ("0755") may be null for the kernel's own. nosuid and nodev
// are always added.
int new_tmpfs(const char* size, const char* mode, uint64_t attributes);

// A detached mount of a file system type that needs no options.
int new_mount(const char* type, uint64_t attributes);

// Puts the mount `fd` on `target`, and closes neither.
int place(int fd, int target);

// A detached copy of the mount at `path`, submounts included, with `attributes` (MOUNT_ATTR_*) added to all
// of it.
int clone_tree(int dirfd, const char* path, uint64_t attributes);

// ESTALE where `fd` is not the file that was seen.
int check_seen(int fd, const Seen& seen);

// 1 or 0, or minus an errno: what cannot be looked at is neither.
int is_directory(int fd);

}  // namespace snug::child
