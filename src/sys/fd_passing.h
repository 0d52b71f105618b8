// One message with one descriptor, or none, over a SEQPACKET socket (unix(7), SCM_RIGHTS).
#pragma once

#include <sys/types.h>

#include <cstddef>

#include "base/unique_fd.h"

namespace snug::sys {

// 0 or an errno; a socket that does not block says EAGAIN where it is full. -1 for no descriptor.
int send_with_fd(int socket, const void* bytes, std::size_t size, int fd);

// The size of the message, 0 where the peer has gone, or minus an errno; EMSGSIZE for one that is larger than
// `most`. `fd` is closed on exec, and empty where none came.
ssize_t receive_with_fd(int socket, void* bytes, std::size_t most, UniqueFd& fd);

}  // namespace snug::sys
