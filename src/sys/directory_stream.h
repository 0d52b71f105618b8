// A directory that is read by readdir(3).
#pragma once

#include <dirent.h>

#include <memory>

namespace snug::sys {

struct CloseDirectory {
  void operator()(DIR* dir) const { closedir(dir); }
};
using DirectoryStream = std::unique_ptr<DIR, CloseDirectory>;

}  // namespace snug::sys
