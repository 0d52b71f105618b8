// Resolving mount targets beneath the sandbox's root: the only way in which a path of the image is walked.
#pragma once

#include <sys/types.h>

namespace snug::child {

enum class TargetKind { Directory, File };

// An O_PATH descriptor of `target`, resolved with `root` as "/": links stay beneath it, magic links are
// refused. What is missing is made: parents 0755, the last as `kind`. Minus an errno; a dangling link in the
// way is ELOOP.
int open_target(int root, const char* target, TargetKind kind);

// The same for a system directory (/dev, /proc, /sys): no link at all on the way (ELOOP), since an image that
// has one there wants the mount to land somewhere else (CVE-2019-16884, CVE-2019-19921).
int open_system_target(int root, const char* target);

}  // namespace snug::child
