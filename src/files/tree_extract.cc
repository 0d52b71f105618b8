#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "base/text.h"
#include "base/try.h"
#include "base/unique_fd.h"
#include "files/overlay_dialect.h"
#include "files/tree_archive.h"

namespace snug::files {
namespace {

using Parts = std::vector<std::string>;

class Extractor {
 public:
  Extractor(TarReader& from, int target, const ExtractRules& rules)
      : from_{from}, target_{target}, rules_{rules} {}

  Status all() {
    for (;;) {
      auto entry = TRY(from_.next());
      if (!entry)
        return finish_directories();
      TRY(one(*entry));
    }
  }

 private:
  // A directory that was made: its mode and times come last, or it might take no more files.
  struct Made {
    Parts parts{};
    struct stat info {};
  };

  static tl::unexpected<Error> failed(const std::string& path, int error) {
    const char* hint = "";
    if (error == ELOOP || error == ENOTDIR)
      hint = "something on the way is a link or a file, and nothing is written through one";
    else if (error == EISDIR || error == EEXIST)
      hint = "a directory does not replace a file, nor a file a directory";
    else if (error == EROFS)
      hint = "that place is mounted read-only in the container";
    else if (error == EBUSY)
      hint = "something is mounted there; write to it from inside";
    return fail({.step = fmt::format("extract {}", escape_control(path)), .err = error, .hint = hint});
  }

  static Result<Parts> parts_of(const std::string& path) {
    Parts parts;
    for (const std::string_view part : split(path, '/')) {
      if (part == "..")
        return fail({.step = fmt::format("extract {}: a name with \"..\" in it could lead elsewhere",
                                         escape_control(path))});
      if (!part.empty() && part != ".")
        parts.emplace_back(part);
    }
    if (path.starts_with('/'))
      return fail(
          {.step = fmt::format("extract {}: an absolute name could lead elsewhere", escape_control(path))});
    return parts;
  }

  // The directory of the first `count` parts, which is made where it is missing. -1 and errno where it cannot
  // be had.
  UniqueFd open_directory(const Parts& parts, std::size_t count, bool make) const {
    constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    UniqueFd at{openat(target_, ".", kFlags)};
    for (std::size_t i = 0; at && i < count; ++i) {
      if (make && mkdirat(at.get(), parts[i].c_str(), 0755) == 0)
        own(UniqueFd{openat(at.get(), parts[i].c_str(), kFlags)}.get(), rules_.owner);
      at.reset(openat(at.get(), parts[i].c_str(), kFlags));
    }
    return at;
  }

  static int own(int fd, const std::optional<FileOwner>& owner) {
    if (!owner || fchownat(fd, "", owner->uid, owner->gid, AT_EMPTY_PATH) == 0)
      return 0;
    return errno;
  }

  int change_owner(int fd, const struct stat& info) const {
    if (rules_.owner)
      return own(fd, rules_.owner);
    const int error = own(fd, FileOwner{info.st_uid, info.st_gid});
    return error == EPERM || error == EINVAL ? 0 : error;  // that id is none here
  }

  Status one(const TarEntry& entry) {
    auto parts = TRY(parts_of(entry.path));
    if (parts.empty())  // the target itself, which stays as it is
      return {};
    const mode_t mode = entry.info.st_mode;
    if (entry.hardlink.empty() && !S_ISREG(mode) && !S_ISDIR(mode) && !S_ISLNK(mode) && !S_ISFIFO(mode)) {
      if (rules_.skipped)
        rules_.skipped(entry.path, S_ISSOCK(mode) ? "a socket" : "a device");
      return {};
    }
    const UniqueFd parent = open_directory(parts, parts.size() - 1, true);
    if (!parent)
      return failed(entry.path, errno);
    if (S_ISDIR(mode) && entry.hardlink.empty())
      return directory(parent.get(), std::move(parts), entry);
    return file(parent.get(), parts.back(), entry);
  }

  Status directory(int parent, Parts parts, const TarEntry& entry) {
    const std::string& name = parts.back();
    const bool made = mkdirat(parent, name.c_str(), 0700) == 0;
    if (!made && errno != EEXIST)
      return failed(entry.path, errno);
    const UniqueFd fd{openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
    if (!fd)
      return failed(entry.path, errno);
    if (made)
      made_.push_back({.parts = std::move(parts), .info = entry.info});
    return {};
  }

  Status finish_directories() {
    for (auto made = made_.rbegin(); made != made_.rend(); ++made) {
      const UniqueFd fd = open_directory(made->parts, made->parts.size(), false);
      if (!fd)  // a later entry has taken its place
        continue;
      int error = change_owner(fd.get(), made->info);
      if (error == 0 && fchmod(fd.get(), made->info.st_mode & 07777) != 0)
        error = errno;
      const timespec times[2] = {made->info.st_mtim, made->info.st_mtim};
      if (error == 0 && futimens(fd.get(), times) != 0)
        error = errno;
      if (error != 0)
        return failed(join(made->parts, "/"), error);
    }
    return {};
  }

  Status file(int parent, const std::string& name, const TarEntry& entry) {
    const std::string unfinished = unfinished_name();
    bool made = false;
    auto status = make(parent, unfinished, entry, made);
    if (status)
      if (const int error = put_in_place(parent, unfinished, name, true))
        status = failed(entry.path, error);
    // rename(2) of one name of a file over another of the same leaves both.
    if (made && (!status || !entry.hardlink.empty()))
      (void)unlinkat(parent, unfinished.c_str(), 0);
    return status;
  }

  Status make(int parent, const std::string& name, const TarEntry& entry, bool& made) {
    if (!entry.hardlink.empty())
      return hard_link(parent, name, entry, made);
    if (S_ISREG(entry.info.st_mode))
      return regular(parent, name, entry, made);
    int answer = 0;
    if (S_ISLNK(entry.info.st_mode)) {
      answer = symlinkat(entry.link.c_str(), parent, name.c_str());
    } else {
      const mode_t before = umask(0);
      answer = mkfifoat(parent, name.c_str(), entry.info.st_mode & 0777);
      umask(before);
    }
    if (answer != 0)
      return failed(entry.path, errno);
    made = true;
    const UniqueFd fd{openat(parent, name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC)};
    struct stat info {};
    if (!fd || fstat(fd.get(), &info) != 0 || (info.st_mode & S_IFMT) != (entry.info.st_mode & S_IFMT))
      return failed(entry.path, ESTALE);
    if (const int error = change_owner(fd.get(), entry.info))
      return failed(entry.path, error);
    const timespec times[2] = {entry.info.st_mtim, entry.info.st_mtim};
    (void)utimensat(parent, name.c_str(), times, AT_SYMLINK_NOFOLLOW);  // a time is no reason to stop
    return {};
  }

  Status hard_link(int parent, const std::string& name, const TarEntry& entry, bool& made) {
    const auto parts = parts_of(entry.hardlink);
    if (!parts || parts->empty())
      return fail({.step = fmt::format("extract {}: a link to {} would lead elsewhere",
                                       escape_control(entry.path), escape_control(entry.hardlink))});
    const UniqueFd directory = open_directory(*parts, parts->size() - 1, false);
    struct stat info {};
    if (!directory || fstatat(directory.get(), parts->back().c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0)
      return failed(entry.path, errno);
    if (!S_ISREG(info.st_mode) && !S_ISLNK(info.st_mode))
      return failed(entry.path, EPERM);
    if (linkat(directory.get(), parts->back().c_str(), parent, name.c_str(), 0) != 0)
      return failed(entry.path, errno);
    made = true;
    return {};
  }

  Status regular(int parent, const std::string& name, const TarEntry& entry, bool& made) {
    const UniqueFd fd{
        openat(parent, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)};
    if (!fd)
      return failed(entry.path, errno);
    made = true;
    TRY(content(fd.get(), entry));
    int error = change_owner(fd.get(), entry.info);
    for (const auto& [key, value] : entry.attributes)
      if (error == 0 && key.starts_with("user.") && !is_overlay_attribute(key) &&
          fsetxattr(fd.get(), key.c_str(), value.data(), value.size(), 0) != 0 && errno != EOPNOTSUPP)
        error = errno;
    if (error == 0 && fchmod(fd.get(), entry.info.st_mode & 07777) != 0)
      error = errno;
    const timespec times[2] = {entry.info.st_mtim, entry.info.st_mtim};
    if (error == 0 && futimens(fd.get(), times) != 0)
      error = errno;
    return error == 0 ? Status{} : failed(entry.path, error);
  }

  Status content(int fd, const TarEntry& entry) {
    for (;;) {
      const auto piece = TRY(from_.content());
      if (!piece)
        return ftruncate(fd, entry.info.st_size) == 0 ? Status{} : failed(entry.path, errno);
      std::string_view bytes = piece->bytes;
      auto at = static_cast<off_t>(piece->offset);
      while (!bytes.empty()) {
        const ssize_t n = pwrite(fd, bytes.data(), bytes.size(), at);
        if (n < 0 && errno != EINTR)
          return failed(entry.path, errno);
        bytes.remove_prefix(n > 0 ? static_cast<std::size_t>(n) : 0);
        at += n > 0 ? n : 0;
      }
    }
  }

  TarReader& from_;
  int target_;
  const ExtractRules& rules_;
  std::vector<Made> made_;
};

}  // namespace

Status extract_archive(TarReader& from, int target, const ExtractRules& rules) {
  return Extractor{from, target, rules}.all();
}

}  // namespace snug::files
