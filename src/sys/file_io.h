// Files by descriptor: every open is CLOEXEC, and everything beneath a root goes through open_beneath.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/unique_fd.h"

namespace snug::sys {

// openat(2) with O_CLOEXEC | O_NOCTTY added. `what` names the file in the error's step.
Result<UniqueFd> open_file(int dirfd, const std::string& path, int flags, mode_t mode = 0);

// Opens `path` as if `root` were "/": absolute links and ".." stay beneath it, magic links are refused.
// sys/open_in.h does it. O_CLOEXEC | O_NOCTTY | O_NONBLOCK are
// added, so that a FIFO cannot hang snug.
Result<UniqueFd> open_beneath(int root, const std::string& path, int flags);

// The whole of an open regular file. Fails with EFBIG above `limit` bytes and with EINVAL for anything but a
// regular file.
Result<std::string> read_regular(int fd, std::string_view what, std::uint64_t limit = 1 << 20);

// open_file and read_regular in one.
Result<std::string> read_text_file(const std::string& path, std::uint64_t limit = 1 << 20);

// Writes all of `text`, over short writes and EINTR.
Status write_all(int fd, std::string_view text, std::string_view what);

}  // namespace snug::sys
