#include "image/merged.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include <cerrno>
#include <climits>

#include "base/text.h"
#include "base/try.h"
#include "sys/file_io.h"

// The image may be hostile: a link to /etc/shadow of the host, a FIFO, a device. So no link is ever followed
// by the kernel: every directory is opened by its own name with O_NOFOLLOW, and links are followed here, as
// text, from the top of the merged image.
namespace snug::image {
namespace {

struct Entry {
  enum class Kind { None, Directory, Link, File, Other };
  Kind kind{Kind::None};
  std::size_t part{};  // of the directory that has it
};

// What is not there, or may not be looked at by anybody who runs the image as the caller. Every other error
// is told: a passwd that could not be read must not pass for one that is missing, or the payload would have
// other ids than the image says.
bool is_absence(int error) {
  return error == ENOENT || error == ENOTDIR || error == EACCES || error == ELOOP || error == ENAMETOOLONG ||
         error == ENXIO;
}

tl::unexpected<Error> unreadable(const std::string& name, int error) {
  return fail({.step = "look at " + escape_control(name) + " in the image", .err = error});
}

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
Result<Entry> find_entry(const MergedDirectory& directory, const std::string& name) {
  for (std::size_t i = 0; i < directory.size(); ++i) {
    struct stat info {};
    if (fstatat(directory[i].get(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
      if (!is_absence(errno))
        return unreadable(name, errno);
      continue;
    }
    const auto kind = S_ISDIR(info.st_mode)   ? Entry::Kind::Directory
                      : S_ISLNK(info.st_mode) ? Entry::Kind::Link
                      : S_ISREG(info.st_mode) ? Entry::Kind::File
                                              : Entry::Kind::Other;
    return Entry{kind, i};
  }
  return Entry{};
}

// The merged directory `name`, which the part `first` of `directory` has, and lower ones may add to.
Result<MergedDirectory> enter(const MergedDirectory& directory, const std::string& name, std::size_t first) {
  MergedDirectory inner;
  for (std::size_t i = first; i < directory.size(); ++i) {
    UniqueFd fd = open_directory(directory[i].get(), name, O_NOFOLLOW);
    if (!fd && errno == ENOENT)
      continue;
    if (!fd && !is_absence(errno))
      return unreadable(name, errno);
    if (!fd)  // a file or a whiteout ends the merge; so does what may not be looked at
      break;
    const bool opaque = i + 1 < directory.size() && is_opaque(fd.get());
    inner.push_back(std::move(fd));
    if (opaque)
      break;
  }
  return inner;
}

Result<std::string> read_link(int dirfd, const std::string& name) {
  std::string target(PATH_MAX, '\0');
  const ssize_t n = readlinkat(dirfd, name.c_str(), target.data(), target.size());
  if (n < 0 && !is_absence(errno) && errno != EINVAL)
    return unreadable(name, errno);
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
Result<End> walk(MergedPlace& place, std::string_view path, Found& file) {
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
    const auto entry = TRY(find_entry(*here, name));
    if (entry.kind == Entry::Kind::Directory) {
      auto inner = TRY(enter(*here, name, entry.part));
      place.push_back(std::make_shared<const MergedDirectory>(std::move(inner)));
    } else if (entry.kind == Entry::Kind::Link) {
      const auto target = TRY(read_link((*here)[entry.part].get(), name));
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

Result<MergedPlace> open_merged_root(const std::vector<Layer>& layers) {
  MergedDirectory root;
  for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer) {
    UniqueFd fd = open_directory(AT_FDCWD, layer->path);
    if (fd)
      root.push_back(std::move(fd));
    else if (!is_absence(errno))
      return unreadable(layer->path, errno);
  }
  return MergedPlace{std::make_shared<const MergedDirectory>(std::move(root))};
}

Result<std::optional<MergedPlace>> enter_merged(MergedPlace from, std::string_view path) {
  Found file;
  const auto end = TRY(walk(from, path, file));
  return end == End::Directory ? std::optional{std::move(from)} : std::nullopt;
}

Result<std::optional<std::string>> read_merged(MergedPlace from, std::string_view path) {
  Found file;
  const auto end = TRY(walk(from, path, file));
  if (end != End::File)
    return std::nullopt;
  // It was a regular file a moment ago. O_NONBLOCK is for the FIFO that it may be now, and read_regular looks
  // again.
  const auto fd = sys::open_file(file.dirfd, file.name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  if (!fd && !is_absence(fd.error().err))
    return tl::unexpected{fd.error()};
  if (!fd)
    return std::nullopt;
  auto text = sys::read_regular(fd->get(), file.name);
  if (!text && text.error().err != 0)
    return tl::unexpected{std::move(text).error()};
  return text ? std::optional{*std::move(text)}
              : std::nullopt;  // no regular file, or too large for one of these
}

Result<std::optional<std::string>> read_image_file(const std::vector<Layer>& layers, std::string_view path) {
  auto root = TRY(open_merged_root(layers));
  return read_merged(std::move(root), path);
}

}  // namespace snug::image
