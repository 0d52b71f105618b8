// One entry of a directory into another directory, by the rules of a copy (tree_copy.h). What turns out to be
// something else by now is passed over. All answer 0 or an errno, and leave nothing unfinished behind.
#pragma once

#include <sys/stat.h>

#include <string>

#include "files/tree_copy.h"

namespace snug::files {

class EntryCopy {
 public:
  explicit EntryCopy(const CopyRules& rules) : rules_{rules} {}

  int regular(int from, const std::string& name, int to, const std::string& as) const;
  int symlink(int from, const std::string& name, int to, const std::string& as,
              const struct stat& info) const;
  int fifo(int to, const std::string& as, const struct stat& info) const;

  // Owner, attributes, mode and times of what is open as `from`, of which `info` tells, for what is open as
  // `to`.
  int finish(int from, int to, const struct stat& info) const;

 private:
  template<class Make>
  int make_file(int to, const std::string& as, Make&& make) const;
  int change_owner(int fd, const struct stat& info) const;
  int finish_unopened(int to, const std::string& name, const struct stat& info) const;

  const CopyRules& rules_;
};

}  // namespace snug::files
