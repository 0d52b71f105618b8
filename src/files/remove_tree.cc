#include "files/remove_tree.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "base/text.h"
#include "base/unique_fd.h"
#include "files/worker.h"
#include "sys/directory_stream.h"

namespace snug::files {
namespace {

using Dir = sys::DirectoryStream;

// Deep trees are removed without recursion: a directory's subdirectories are renamed into the top, and are
// that much less deep there.
class TreeRemover {
 public:
  explicit TreeRemover(int top) : top_{top} {
    struct stat info {};
    device_ = fstat(top, &info) == 0 ? info.st_dev : 0;
  }

  // Empties the directory `name` of the top, and removes it.
  int remove_directory(const std::string& name) {
    if (const int error = empty_directory(name))
      return error;
    return unlinkat(top_, name.c_str(), AT_REMOVEDIR) == 0 ? 0 : errno;
  }

  // Everything in the top itself. New entries appear while it works, so it starts over until there is none.
  int empty_top() {
    for (;;) {
      Dir dir{fdopendir(openat(top_, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC))};
      if (!dir)
        return errno;
      bool found = false;
      while (const dirent* entry = readdir(dir.get())) {
        const std::string name{entry->d_name};
        if (name == "." || name == "..")
          continue;
        found = true;
        if (unlinkat(top_, name.c_str(), 0) == 0)
          continue;
        if (errno != EISDIR && errno != EPERM)
          return errno;
        if (const int error = remove_directory(name))
          return error;
      }
      if (!found)
        return 0;
    }
  }

 private:
  int empty_directory(const std::string& name) {
    (void)!fchmodat(top_, name.c_str(), 0700, 0);  // where it is refused, opening says why
    UniqueFd fd{openat(top_, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
    struct stat info {};
    if (!fd || fstat(fd.get(), &info) != 0)
      return errno;
    if (info.st_dev != device_)
      return EXDEV;  // something is mounted there: not ours to remove
    const int directory = fd.get();
    Dir dir{fdopendir(fd.release())};
    if (!dir)
      return errno;
    while (const dirent* entry = readdir(dir.get())) {
      const std::string child{entry->d_name};
      if (child == "." || child == "..")
        continue;
      if (unlinkat(directory, child.c_str(), 0) == 0)
        continue;
      // POSIX and Linux differ in what unlink of a directory answers.
      if (errno != EISDIR && errno != EPERM)
        return errno;
      if (unlinkat(directory, child.c_str(), AT_REMOVEDIR) == 0)
        continue;
      (void)!fchmodat(directory, child.c_str(), 0700, 0);  // renaming a directory writes its ".."
      if (const int error = move_to_top(directory, child))
        return error;
    }
    return 0;
  }

  int move_to_top(int directory, const std::string& child) {
    // A remover that was killed may have left names like these behind.
    do {
      if (renameat(directory, child.c_str(), top_, fmt::format("deep-{}", moved_++).c_str()) == 0)
        return 0;
    } while (errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR);
    return errno;
  }

  int top_;
  dev_t device_{};
  std::size_t moved_{};
};

}  // namespace

Status remove_tree(int parent, const std::string& name) {
  UniqueFd top{openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
  int error = top ? TreeRemover{top.get()}.empty_top() : errno;
  if (error == 0 && unlinkat(parent, name.c_str(), AT_REMOVEDIR) != 0)
    error = errno;
  if (error != 0)
    return fail({.step = "remove the directory " + escape_control(name), .err = error});
  return {};
}

Status remove_tree_mapped(int parent, const std::string& name, const MapRange& range) {
  return run_with_range(range, [&] { return remove_tree(parent, name); });
}

}  // namespace snug::files
