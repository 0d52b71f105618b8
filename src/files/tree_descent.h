// Going down and up a tree of directories that somebody hostile may change meanwhile, by descriptors: no link
// is followed, nothing outside the tree is reached, and neither stack nor descriptors run out however deep it
// is.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"

namespace snug::files {

class TreeDescent {
 public:
  // Starts at the directory `root` (O_PATH will do). At most `most_open` of its directories are open at once;
  // the others are found again by ".." or by their names, and compared with what they were.
  static Result<TreeDescent> start(int root, std::size_t most_open = 16);

  // The directory where it is, open for reading, and its path from the root: "" there, else "a/b".
  int fd() const { return levels_.back().fd.get(); }
  int root() const { return levels_.front().fd.get(); }
  std::size_t depth() const { return levels_.size() - 1; }
  const std::string& path() const { return path_; }

  // Into the directory `name`; nothing is done where that is a link or anything else. 0 or an errno.
  int enter(const std::string& name);
  // Back up. 0 or an errno; ESTALE where the directory that it came by cannot be found any more.
  int leave();

 private:
  struct Level {
    UniqueFd fd{};
    dev_t dev{};
    ino_t ino{};
    std::size_t path_size{};  // of the path of the level above
  };
  int push(UniqueFd fd, std::size_t path_size);
  int reopen(Level& level, int below);
  int walk_again(std::size_t depth, UniqueFd& to);

  std::vector<Level> levels_;
  std::string path_;
  std::size_t most_open_{};
};

// The errno of an entry that was there when its directory was listed, and has become another kind or gone.
bool has_changed(int error);

// The names in a directory, sorted as bytes, without "." and "..".
Result<std::vector<std::string>> directory_names(int fd);

}  // namespace snug::files
