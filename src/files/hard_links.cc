#include "files/hard_links.h"

#include <fcntl.h>
#include <unistd.h>

#include <climits>

#include "base/unique_fd.h"
#include "files/tree_copy.h"
#include "sys/open_in.h"

namespace snug::files {

bool HardLinks::place(const struct stat& original, const TreeDescent& to, const std::string& as,
                      bool replace) {
  if (original.st_nlink <= 1 || S_ISDIR(original.st_mode))
    return false;
  const auto known = links_.find({original.st_dev, original.st_ino});
  if (known == links_.end() || !link_to(known->second, to, as, replace))
    return false;
  if (--known->second.left == 0)
    links_.erase(known);
  return true;
}

void HardLinks::remember(const struct stat& original, const TreeDescent& to, const std::string& as) {
  struct stat copy {};
  if (original.st_nlink <= 1 || fstatat(to.fd(), as.c_str(), &copy, AT_SYMLINK_NOFOLLOW) != 0)
    return;
  links_[{original.st_dev, original.st_ino}] = {.path = to.path().empty() ? as : to.path() + '/' + as,
                                                .copy = {copy.st_dev, copy.st_ino},
                                                .left = original.st_nlink - 1};
}

bool HardLinks::link_to(const Linked& linked, const TreeDescent& to, const std::string& as, bool replace) {
  if (linked.path.size() >= PATH_MAX)
    return false;
  const std::size_t slash = linked.path.rfind('/');
  UniqueFd parent;
  // The path is from the top, which the descent can always go back to.
  if (slash != std::string::npos) {
    parent.reset(raw::open_in(to.root(), linked.path.substr(0, slash).c_str(), O_PATH | O_DIRECTORY,
                              RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS));
    if (!parent)
      return false;
  }
  const std::string last = slash == std::string::npos ? linked.path : linked.path.substr(slash + 1);
  const std::string name = replace ? unfinished_name() : as;
  if (linkat(parent ? parent.get() : to.root(), last.c_str(), to.fd(), name.c_str(), 0) != 0)
    return false;
  // Somebody hostile may have put another file there meanwhile.
  struct stat info {};
  const bool same = fstatat(to.fd(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0 &&
                    Inode{info.st_dev, info.st_ino} == linked.copy;
  const bool placed = same && (!replace || put_in_place(to.fd(), name, as, true) == 0);
  if (!placed)
    (void)unlinkat(to.fd(), name.c_str(), 0);
  return placed;
}

}  // namespace snug::files
