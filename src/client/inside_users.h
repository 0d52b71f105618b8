// The users of a running container, by its own files as they are now.
#pragma once

#include "image/image.h"

namespace snug::client {

// An image with nothing but users and groups: /etc/passwd and /etc/group beneath `root` (regular files of at
// most 1 MiB, no link followed out of it), read by a process in `user_namespace`, which may see what only the
// container's own ids can, and a FUSE file system of theirs. A file that is not there has nobody in it.
Result<image::Image> users_beneath(int root, int user_namespace);

}  // namespace snug::client
