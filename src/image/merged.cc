#include "image/merged.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include <cerrno>
#include <climits>

#include "base/text.h"
#include "sys/file_io.h"

// The image may be hostile: a link to /etc/shadow of the host, a FIFO, a device. So no link is ever followed
// by the kernel: every directory is opened by its own name with O_NOFOLLOW, and links are followed here, as
// text, from the top of the merged image.
namespace snug {
namespace {

struct Entry {
  enum class Kind { None, Directory, Link, File, Other };
  Kind kind{Kind::None};
  std::size_t part{};  // of the directory that has it
};

UniqueFd open_directory(int dirfd, const std::string& name, int flags = 0) {
  return UniqueFd{openat(dirfd, name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | flags)};
}

// Nothing of lower layers shows through an opaque directory. One call tells that most directories have no
// attribute at all.
bool is_opaque(int fd) {
  if (flistxattr(fd, nullptr, 0) == 0)
    return false;
  char value = 0;
  for (const char* name : {"user.overlay.opaque", "user.fuseoverlayfs.opaque"})
    if (fgetxattr(fd, name, &value, 1) == 1 && value == 'y')
      return true;
  return false;
}

// A whiteout (a character device 0:0) is an entry too, of kind Other: it hides what is below it.
Entry find_entry(const MergedDirectory& directory, const std::string& name) {
  for (std::size_t i = 0; i < directory.size(); ++i) {
    struct stat info {};
    if (fstatat(directory[i].get(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0)
      continue;
    const auto kind = S_ISDIR(info.st_mode)   ? Entry::Kind::Directory
                      : S_ISLNK(info.st_mode) ? Entry::Kind::Link
                      : S_ISREG(info.st_mode) ? Entry::Kind::File
                                              : Entry::Kind::Other;
    return {kind, i};
  }
  return {};
}

// The merged directory `name`, which the part `first` of `directory` has, and lower ones may add to.
MergedDirectory enter(const MergedDirectory& directory, const std::string& name, std::size_t first) {
  MergedDirectory inner;
  for (std::size_t i = first; i < directory.size(); ++i) {
    UniqueFd fd = open_directory(directory[i].get(), name, O_NOFOLLOW);
    if (!fd && errno == ENOENT)
      continue;
    if (!fd)  // a file or a whiteout ends the merge; so does what may not be looked at
      break;
    const bool opaque = i + 1 < directory.size() && is_opaque(fd.get());
    inner.push_back(std::move(fd));
    if (opaque)
      break;
  }
  return inner;
}

std::string read_link(int dirfd, const std::string& name) {
  std::string target(PATH_MAX, '\0');
  const ssize_t n = readlinkat(dirfd, name.c_str(), target.data(), target.size());
  target.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
  return target;
}

// Puts the parts of `path` before what is left to walk; the next one is at the end of `todo`.
void push_front(std::vector<std::string>& todo, std::string_view path) {
  const auto parts = split(path, '/');
  for (auto part = parts.rbegin(); part != parts.rend(); ++part)
    if (!part->empty() && *part != ".")
      todo.emplace_back(*part);
}

struct Found {
  int dirfd{};
  std::string name{};
};
enum class End { Directory, File, Nowhere };

// Moves `place` along `path`. Where that ends at a file, `file` names it in a part of the last directory.
End walk(MergedPlace& place, std::string_view path, Found& file) {
  std::vector<std::string> todo;
  push_front(todo, path);
  if (path.starts_with('/'))
    place.resize(1);
  for (int links = 0; !todo.empty();) {
    const std::string name = std::move(todo.back());
    todo.pop_back();
    if (name == "..") {
      if (place.size() > 1)
        place.pop_back();
      continue;
    }
    const std::shared_ptr<const MergedDirectory> here = place.back();
    const Entry entry = find_entry(*here, name);
    if (entry.kind == Entry::Kind::Directory) {
      place.push_back(std::make_shared<const MergedDirectory>(enter(*here, name, entry.part)));
    } else if (entry.kind == Entry::Kind::Link) {
      const std::string target = read_link((*here)[entry.part].get(), name);
      if (target.empty() || ++links > 40)  // the kernel's own limit: MAXSYMLINKS
        return End::Nowhere;
      push_front(todo, target);
      if (target.starts_with('/'))
        place.resize(1);
    } else if (entry.kind == Entry::Kind::File && todo.empty()) {
      file = {.dirfd = (*here)[entry.part].get(), .name = name};
      return End::File;
    } else {
      return End::Nowhere;
    }
  }
  return End::Directory;
}

}  // namespace

MergedPlace open_merged_root(const std::vector<Layer>& layers) {
  MergedDirectory root;
  for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer)
    if (UniqueFd fd = open_directory(AT_FDCWD, layer->path))
      root.push_back(std::move(fd));
  return {std::make_shared<const MergedDirectory>(std::move(root))};
}

std::optional<MergedPlace> enter_merged(MergedPlace from, std::string_view path) {
  Found file;
  if (walk(from, path, file) != End::Directory)
    return std::nullopt;
  return from;
}

std::optional<std::string> read_merged(MergedPlace from, std::string_view path) {
  Found file;
  if (walk(from, path, file) != End::File)
    return std::nullopt;
  // It was a regular file a moment ago. O_NONBLOCK is for the FIFO that it may be now, and read_regular looks
  // again.
  const auto fd = open_file(file.dirfd, file.name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  if (!fd)
    return std::nullopt;
  auto text = read_regular(fd->get(), file.name);
  return text ? std::optional{*std::move(text)} : std::nullopt;
}

std::optional<std::string> read_image_file(const std::vector<Layer>& layers, std::string_view path) {
  return read_merged(open_merged_root(layers), path);
}

}  // namespace snug
