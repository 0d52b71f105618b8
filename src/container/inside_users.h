// The users of a running container, by its own files as they are now.
#pragma once

#include "image/image.h"

namespace snug {

// An image with nothing but users and groups: /etc/passwd and /etc/group beneath `root` (regular files of at
// most 1 MiB, no link followed out of it). A file that is not there has nobody in it.
Result<Image> users_beneath(int root);

}  // namespace snug
