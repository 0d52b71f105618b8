#include "files/tree_archive.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <map>
#include <utility>

#include "base/text.h"
#include "base/try.h"
#include "base/unique_fd.h"
#include "files/file_copy.h"
#include "files/tree_descent.h"

namespace snug::files {
namespace {

constexpr std::size_t kMostAtOnce = 128 << 10;  // bytes
constexpr std::size_t kMostExtents = 4096;      // a file with more pieces than that is written with its zeros

// The mount that a file is on. Its st_dev would not tell: on an overlay it differs from file to file.
struct Place {
  std::uint64_t mount{};
  bool known{};  // Linux 5.8 on
  dev_t dev{};
  bool operator==(const Place& other) const {
    return known && other.known ? mount == other.mount : dev == other.dev;
  }
};

Place place_of(int fd) {
  struct statx more {};
  struct stat info {};
  Place place;
  if (fstat(fd, &info) == 0)
    place.dev = info.st_dev;
  if (statx(fd, "", AT_EMPTY_PATH | AT_NO_AUTOMOUNT, STATX_MNT_ID, &more) == 0 &&
      more.stx_mask & STATX_MNT_ID) {
    place.mount = more.stx_mnt_id;
    place.known = true;
  }
  return place;
}

std::vector<TarExtent> find_extents(int fd, off_t size) {
  std::vector<TarExtent> extents;
  for (off_t at = 0; at < size;) {
    const off_t data = lseek(fd, at, SEEK_DATA);
    if (data < 0 && errno == ENXIO)
      break;
    const off_t hole = data < 0 ? -1 : lseek(fd, data, SEEK_HOLE);
    if (hole < 0 || extents.size() == kMostExtents)
      return {};
    extents.push_back({.offset = static_cast<std::uint64_t>(data),
                       .size = static_cast<std::uint64_t>(std::min(hole, size) - data)});
    at = hole;
  }
  const bool whole =
      extents.size() == 1 && extents[0].offset == 0 && extents[0].size == static_cast<std::uint64_t>(size);
  if (whole)
    return {};
  if (extents.empty() && size > 0)  // nothing but a hole: said by an empty piece at the end
    extents.push_back({.offset = static_cast<std::uint64_t>(size), .size = 0});
  return extents;
}

class Archiver {
 public:
  Archiver(TreeDescent from, std::string prefix, TarWriter& to, const ArchiveRules& rules)
      : from_{std::move(from)},
        prefix_{std::move(prefix)},
        to_{to},
        rules_{rules},
        root_{place_of(from_.fd())} {}

  Status tree() {
    if (!prefix_.empty()) {
      struct stat info {};
      if (fstat(from_.fd(), &info) != 0)
        return failed("", errno);
      TRY(to_.add({.path = prefix_, .info = info, .attributes = read_attributes(from_.fd())}));
    }
    TRY(open_frame());
    while (!frames_.empty()) {
      Frame& frame = frames_.back();
      if (frame.next < frame.entries.size()) {
        const std::string& name = frame.entries[frame.next++];
        TRY(one(name, path_of(name)));
        continue;
      }
      frames_.pop_back();
      if (!frames_.empty())
        if (const int error = from_.leave())
          return failed("", error);
    }
    return {};
  }

  Status one(const std::string& name, const std::string& path) {
    struct stat info {};
    if (fstatat(from_.fd(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0)
      return has_changed(errno) ? Status{} : unreadable(path, errno);
    if (S_ISDIR(info.st_mode))
      return directory(name, path, info);
    if (S_ISSOCK(info.st_mode))
      return skip(path, "a socket");
    if (info.st_nlink > 1)
      if (const auto known = links_.find({info.st_dev, info.st_ino}); known != links_.end())
        return to_.add({.path = path, .hardlink = known->second, .info = info});
    auto status = S_ISREG(info.st_mode) ? regular(name, path) : other(name, path, info);
    return status;
  }

 private:
  struct Frame {
    std::vector<std::string> entries{};
    std::size_t next{};
  };

  std::string path_of(const std::string& name) const {
    return from_.path().empty() ? prefix_ + name : fmt::format("{}{}/{}", prefix_, from_.path(), name);
  }

  tl::unexpected<Error> failed(const std::string& path, int error) const {
    return fail({.step = fmt::format("read {}", escape_control(path.empty() ? "/" + from_.path() : path)),
                 .err = error});
  }

  Status unreadable(const std::string& path, int error) const {
    if (!rules_.unreadable || (error != EACCES && error != EPERM && error != EOVERFLOW))
      return failed(path, error);
    rules_.unreadable(path, error);
    return {};
  }

  Status skip(const std::string& path, const char* why) const {
    if (rules_.skipped)
      rules_.skipped(path, why);
    return {};
  }

  Status open_frame() {
    auto names = directory_names(from_.fd());
    if (!names)
      return unreadable(from_.path(), names.error().err);
    frames_.push_back({.entries = *std::move(names)});
    return {};
  }

  // An empty one for something that is mounted there.
  Status mount_point(const std::string& path, struct stat info) {
    info.st_size = 0;
    return to_.add({.path = path, .info = info});
  }

  Status directory(const std::string& name, const std::string& path, const struct stat& listed) {
    if (const int error = from_.enter(name)) {
      if (has_changed(error))
        return {};
      TRY(unreadable(path, error));
      return to_.add({.path = path + "/", .info = listed});
    }
    struct stat info {};
    if (fstat(from_.fd(), &info) != 0)
      return failed(path, errno);
    const bool other =
        rules_.one_file_system ? !(place_of(from_.fd()) == root_) : is_kernel_file_system(from_.fd());
    auto status =
        other ? mount_point(path + "/", info)
              : to_.add({.path = path + "/", .info = info, .attributes = read_attributes(from_.fd())});
    if (!status)
      return status;
    const std::size_t frames = frames_.size();
    if (!other)
      if (status = open_frame(); !status)
        return status;
    if (frames_.size() > frames)
      return {};
    const int error = from_.leave();
    return error == 0 ? Status{} : failed(path, error);
  }

  Status regular(const std::string& name, const std::string& path) {
    const UniqueFd fd{
        openat(from_.fd(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)};
    if (!fd)
      return has_changed(errno) ? Status{} : unreadable(path, errno);
    struct stat info {};
    if (fstat(fd.get(), &info) != 0)
      return failed(path, errno);
    if (!S_ISREG(info.st_mode))  // it was one a moment ago
      return {};
    if (rules_.one_file_system && !(place_of(fd.get()) == root_))
      return mount_point(path, info);
    TarEntry entry{.path = path,
                   .info = info,
                   .attributes = read_attributes(fd.get()),
                   .data = find_extents(fd.get(), info.st_size)};
    TRY(to_.add(entry));
    TRY(content(fd.get(), path, entry));
    remember(path, info);
    return {};
  }

  Status content(int fd, const std::string& path, const TarEntry& entry) {
    const auto size = static_cast<std::uint64_t>(entry.info.st_size);
    std::uint64_t at = 0;
    if (entry.data.empty())
      return bytes(fd, path, 0, size);
    for (const TarExtent& extent : entry.data) {
      TRY(to_.hole(extent.offset - at));
      TRY(bytes(fd, path, extent.offset, extent.size));
      at = extent.offset + extent.size;
    }
    return to_.hole(size - at);
  }

  // As many as the header has promised, whatever becomes of the file meanwhile.
  Status bytes(int fd, const std::string& path, std::uint64_t at, std::uint64_t size) {
    while (size > 0) {
      const auto want = std::min<std::uint64_t>(size, buffer_.size());
      const ssize_t n = pread(fd, buffer_.data(), want, static_cast<off_t>(at));
      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return failed(path, errno);
      if (n == 0)
        return to_.hole(size);
      TRY(to_.content({buffer_.data(), static_cast<std::size_t>(n)}));
      at += static_cast<std::uint64_t>(n);
      size -= static_cast<std::uint64_t>(n);
    }
    return {};
  }

  Status other(const std::string& name, const std::string& path, const struct stat& info) {
    TarEntry entry{.path = path, .info = info};
    if (S_ISLNK(info.st_mode)) {
      entry.link.resize(PATH_MAX);
      const ssize_t n = readlinkat(from_.fd(), name.c_str(), entry.link.data(), entry.link.size());
      if (n < 0)
        return has_changed(errno) || errno == EINVAL ? Status{} : failed(path, errno);
      entry.link.resize(static_cast<std::size_t>(n));
    } else if (rules_.one_file_system && !S_ISFIFO(info.st_mode)) {
      // A device is bound in by snug, or of a file system that is mounted there.
      const UniqueFd fd{openat(from_.fd(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC)};
      if (!fd || !(place_of(fd.get()) == root_))
        return {};
    }
    auto status = to_.add(entry);
    if (status)
      remember(path, info);
    return status;
  }

  void remember(const std::string& path, const struct stat& info) {
    if (info.st_nlink > 1)
      links_.try_emplace({info.st_dev, info.st_ino}, path);
  }

  TreeDescent from_;
  std::string prefix_;
  TarWriter& to_;
  const ArchiveRules& rules_;
  Place root_;
  std::vector<Frame> frames_;
  std::map<std::pair<dev_t, ino_t>, std::string> links_;
  std::vector<char> buffer_ = std::vector<char>(kMostAtOnce);  // of a file's content on its way
};

}  // namespace

Status archive_tree(int tree, const std::string& prefix, TarWriter& to, const ArchiveRules& rules) {
  auto from = TRY(TreeDescent::start(tree));
  return Archiver{std::move(from), prefix, to, rules}.tree();
}

Status archive_file(int directory, const std::string& name, const std::string& as, TarWriter& to,
                    const ArchiveRules& rules) {
  auto from = TRY(TreeDescent::start(directory));
  return Archiver{std::move(from), "", to, rules}.one(name, as);
}

}  // namespace snug::files
