// Files of a tree that have several names, in its copy.
#pragma once

#include <sys/stat.h>

#include <map>
#include <string>
#include <utility>

#include "files/tree_descent.h"

namespace snug::files {

class HardLinks {
 public:
  // Gives the copy of the file another name, `as` in the directory that `to` is in. False where there is no
  // copy yet, or linking does not work: then the file is to be copied once more. `replace`: what is there by
  // that name is replaced.
  bool place(const struct stat& original, const TreeDescent& to, const std::string& as, bool replace);

  // `as` in the directory that `to` is in is a copy of the file.
  void remember(const struct stat& original, const TreeDescent& to, const std::string& as);

 private:
  using Inode = std::pair<dev_t, ino_t>;
  struct Linked {
    std::string path{};  // relative to the top of the target
    Inode copy{};
    nlink_t left{};  // names that are still to come, at most
  };
  static bool link_to(const Linked& linked, const TreeDescent& to, const std::string& as, bool replace);

  std::map<Inode, Linked> links_;
};

}  // namespace snug::files
