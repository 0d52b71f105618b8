#include "files/tree_descent.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "sys/directory_stream.h"

namespace snug::files {
namespace {

constexpr int kDirectory = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;

}  // namespace

Result<TreeDescent> TreeDescent::start(int root, std::size_t most_open) {
  TreeDescent descent;
  descent.most_open_ = std::max<std::size_t>(most_open, 2);
  UniqueFd fd{openat(root, ".", kDirectory)};
  const int error = fd ? descent.push(std::move(fd), 0) : errno;
  if (error != 0)
    return fail({.step = "open the top of a tree", .err = error});
  return descent;
}

int TreeDescent::push(UniqueFd fd, std::size_t path_size) {
  struct stat info {};
  if (fstat(fd.get(), &info) != 0)
    return errno;
  levels_.push_back({.fd = std::move(fd), .dev = info.st_dev, .ino = info.st_ino, .path_size = path_size});
  // The root stays open: everything can be found again from there.
  if (levels_.size() > most_open_)
    if (const std::size_t closed = levels_.size() - most_open_; closed > 0)
      levels_[closed].fd.reset();
  return 0;
}

int TreeDescent::enter(const std::string& name) {
  UniqueFd fd{openat(levels_.back().fd.get(), name.c_str(), kDirectory)};
  if (!fd)
    return errno;
  if (const int error = push(std::move(fd), path_.size()))
    return error;
  if (!path_.empty())
    path_ += '/';
  path_ += name;
  return 0;
}

int TreeDescent::leave() {
  Level gone = std::move(levels_.back());
  levels_.pop_back();
  path_.resize(gone.path_size);
  return levels_.back().fd ? 0 : reopen(levels_.back(), gone.fd.get());
}

// A directory that was moved meanwhile has another parent than the one that it was entered from.
int TreeDescent::reopen(Level& level, int below) {
  UniqueFd fd{openat(below, "..", kDirectory)};
  struct stat info {};
  const auto is_it = [&] {
    return fd && fstat(fd.get(), &info) == 0 && info.st_dev == level.dev && info.st_ino == level.ino;
  };
  if (!is_it())
    if (const int error = walk_again(depth(), fd))
      return error;
  if (!is_it())
    return ESTALE;
  level.fd = std::move(fd);
  return 0;
}

int TreeDescent::walk_again(std::size_t depth, UniqueFd& to) {
  to.reset(openat(levels_.front().fd.get(), ".", kDirectory));
  const auto names = split(path_, '/');
  for (std::size_t i = 0; to && i < depth && i < names.size(); ++i)
    to.reset(openat(to.get(), std::string{names[i]}.c_str(), kDirectory));
  return to ? 0 : ESTALE;
}

bool has_changed(int error) {
  return error == ENOENT || error == ELOOP || error == ENOTDIR || error == ENXIO;
}

Result<std::vector<std::string>> directory_names(int fd) {
  UniqueFd own{openat(fd, ".", kDirectory)};
  const sys::DirectoryStream dir{own ? fdopendir(own.get()) : nullptr};
  if (!dir)
    return fail({.step = "list a directory", .err = errno});
  (void)own.release();  // the stream's now
  std::vector<std::string> names;
  for (;;) {
    errno = 0;
    const dirent* entry = readdir(dir.get());
    if (!entry && errno != 0)
      return fail({.step = "list a directory", .err = errno});
    if (!entry)
      break;
    if (const std::string_view name = entry->d_name; name != "." && name != "..")
      names.emplace_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace snug::files
