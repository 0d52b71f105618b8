// The content and the attributes of one open file into another.
#pragma once

#include <sys/stat.h>

#include <string>
#include <utility>
#include <vector>

namespace snug::files {

// The bytes of a regular file, up to the size that `info` says, with its holes. Shared with the original
// where the file system can (reflinks). 0 or an errno.
int copy_content(int from, int to, const struct stat& info);

// user.*, POSIX ACLs and file capabilities, but for what an overlay notes there for itself. What the other
// file system does not know, or may not be set here, is left out. 0 or an errno.
int copy_attributes(int from, int to);

// user.* and file capabilities, for an archive.
std::vector<std::pair<std::string, std::string>> read_attributes(int fd);

// A procfs, a sysfs and the like: they hold nothing that could be kept.
bool is_kernel_file_system(int fd);

}  // namespace snug::files
