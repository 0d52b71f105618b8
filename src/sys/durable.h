// Changes to directories that outlive a power cut, and locks that do not outlive their holder.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace snug::sys {

// fsync(2) of a file or a directory. `what` names it in the error.
Status sync_fd(int fd, std::string_view what);

// Makes `path` and what is missing above it, closed to others: what a container wrote may be secret, and may
// have setuid bits (CVE-2021-41091). 0, or an errno.
int make_private_dirs(const std::string& path);

// Renames within `dir`, and never over something: EEXIST where `to` is there. Fails with EINVAL where the
// file system cannot do that (renameat2(2), RENAME_NOREPLACE); doing it in two steps would let two winners
// be.
int rename_to_new(int dir, const std::string& from, const std::string& to);

// An open file description lock for writing (fcntl(2), F_OFD_SETLK), without waiting: 0, EAGAIN where
// somebody has it, or another errno. It belongs to the description and not to the process: a child of fork
// shares it, and it is free when the last of them has closed the descriptor or is gone.
int lock_file(int fd);

// Does anybody else hold such a lock? 1, 0, or minus an errno. Takes nothing.
int is_file_locked(int fd);

// The same of a directory, by flock(2): fcntl(2) wants a descriptor that may write. Other errnos than EAGAIN
// say that the file system cannot (NFS: EBADF).
int lock_directory(int fd);
void unlock_directory(int fd);

// Does anybody hold it? 1, 0, or minus an errno. Takes it for a moment, shared.
int is_directory_locked(int fd);

// The very same file or directory?
bool is_same_file(int fd, int dir, const std::string& name);

}  // namespace snug::sys
