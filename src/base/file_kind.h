// The kinds of files: inode(7).
#pragma once

namespace snug {

enum class FileKind { Regular, Directory, Symlink, Device, Socket, Fifo };

}  // namespace snug
