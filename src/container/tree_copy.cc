#include "container/tree_copy.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdint>
#include <cstdio>
#include <map>
#include <utility>

#include "base/text.h"
#include "base/unique_fd.h"
#include "container/file_copy.h"
#include "container/overlay_dialect.h"
#include "container/tree_descent.h"
#include "sys/open_in.h"

namespace snug {
namespace {

using Inode = std::pair<dev_t, ino_t>;

// One directory that is being copied.
struct Level {
  std::vector<std::string> entries{};
  std::size_t next{};
  LayerDirectory says{};
  struct stat info {};
  bool merged{};  // it was there before, and keeps what it is
};

// A file that has more names than one, and where its copy is.
struct Linked {
  std::string path{};  // relative to the top of the target
  Inode copy{};
  nlink_t left{};  // names that are still to come, at most
};

class Copier {
 public:
  Copier(TreeDescent from, TreeDescent to, const CopyRules& rules)
      : from_{std::move(from)}, to_{std::move(to)}, rules_{rules} {}

  Status tree() {
    if (fstat(to_.fd(), &top_) != 0)
      return failed("", errno);
    struct stat info {};
    if (fstat(from_.fd(), &info) != 0)
      return failed("", errno);
    if (is_top(info))
      return into_itself();
    if (auto status = open_level(info, true); !status)
      return status;
    return walk();
  }

  Status entry(const std::string& name, const std::string& as) {
    struct stat info {};
    if (fstatat(from_.fd(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0)
      return failed(name, errno);
    cut_ = name.size() + 1;
    if (S_ISDIR(info.st_mode))
      if (auto status = directory(name, as, info); !status)
        return status;
    return S_ISDIR(info.st_mode) ? walk() : file(name, as, info);
  }

 private:
  Status walk() {
    while (!levels_.empty()) {
      Level& level = levels_.back();
      auto status = level.next < level.entries.size() ? one(level.entries[level.next++]) : close_level();
      if (!status)
        return status;
    }
    return {};
  }

  // Relative to the top of the source.
  std::string path_of(const std::string& name) const {
    std::string path = from_.path().empty() ? name : from_.path() + '/' + name;
    return cut_ != 0 && path.size() > cut_ ? path.substr(cut_) : path;
  }

  tl::unexpected<Error> failed(const std::string& name, int error) const {
    const char* hint = "";
    if (error == EROFS)
      hint = "that place is mounted read-only in the container";
    else if (error == EBUSY)
      hint = "something is mounted there; write to it from inside";
    else if (error == EISDIR || error == ENOTDIR)
      hint = "a directory does not replace a file, nor a file a directory; remove what is there first";
    else if (error == EACCES || error == EPERM || error == EOVERFLOW)
      hint = "it belongs to a user that has no id in this container, or is closed to you";
    return fail({.step = fmt::format("copy {}", escape_control(path_of(name))), .err = error, .hint = hint});
  }

  void skip(const std::string& name, const char* why) const {
    if (rules_.skipped)
      rules_.skipped(path_of(name), why);
  }

  Status open_level(const struct stat& info, bool merged) {
    Level level{.info = info, .merged = merged};
    if (rules_.layer)
      level.says = read_layer_directory(from_.fd());
    if (level.says.opaque)
      if (const int error = make_opaque(to_.fd()))
        return failed("", error);
    auto names = directory_names(from_.fd());
    if (!names)
      return failed("", names.error().err);
    level.entries = *std::move(names);
    levels_.push_back(std::move(level));
    return {};
  }

  Status close_level() {
    const Level level = std::move(levels_.back());
    levels_.pop_back();
    if (!level.merged)
      if (const int error = finish(from_.fd(), to_.fd(), level.info))
        return failed("", error);
    if (from_.depth() == 0)
      return {};
    int error = from_.leave();
    if (error == 0)
      error = to_.leave();
    return error == 0 ? Status{} : failed("", error);
  }

  Status one(const std::string& entry) {
    struct stat info {};
    if (fstatat(from_.fd(), entry.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0)
      return has_changed(errno) ? Status{} : failed(entry, errno);
    const std::string path = path_of(entry);
    if (!rules_.left_out.empty() && rules_.left_out.contains(path))
      return {};
    if (rules_.check)
      if (auto status = rules_.check(path); !status)
        return status;
    if (rules_.layer) {
      std::string_view name;
      const LayerEntry kind = classify_layer_entry(from_.fd(), levels_.back().says, entry, info, name);
      if (kind == LayerEntry::Marker)
        return {};
      if (kind == LayerEntry::Whiteout) {
        const int error = make_whiteout(to_.fd(), std::string{name});
        return error == 0 || error == EEXIST ? Status{} : failed(entry, error);
      }
    }
    return S_ISDIR(info.st_mode) ? directory(entry, entry, info) : file(entry, entry, info);
  }

  Status directory(const std::string& name, const std::string& as, const struct stat& info) {
    if (const int error = from_.enter(name))
      return has_changed(error) ? Status{} : failed(name, error);
    if (!rules_.layer && is_kernel_file_system(from_.fd())) {
      const int error = from_.leave();
      skip(name, "a file system of the kernel's own");
      return error == 0 ? Status{} : failed(name, error);
    }
    const bool made = mkdirat(to_.fd(), as.c_str(), 0700) == 0;
    if (!made && (errno != EEXIST || !rules_.replace))
      return failed("", errno);
    if (const int error = to_.enter(as))
      return failed("", error == ELOOP ? ENOTDIR : error);
    struct stat there {};
    if (fstat(to_.fd(), &there) != 0)
      return failed("", errno);
    // Whoever may write to the target could have put another directory there, for us to give away.
    if (made && there.st_uid != geteuid())
      return failed("", ESTALE);
    if (levels_.empty())
      top_ = there;
    struct stat real {};
    if (fstat(from_.fd(), &real) == 0 && is_top(real))
      return into_itself();
    return open_level(info, !made);
  }

  bool is_top(const struct stat& info) const {
    return info.st_dev == top_.st_dev && info.st_ino == top_.st_ino;
  }

  tl::unexpected<Error> into_itself() const {
    return fail({.step = fmt::format("copy /{}: a directory cannot be copied into itself",
                                     escape_control(from_.path()))});
  }

  Status file(const std::string& name, const std::string& as, const struct stat& info) {
    if (info.st_nlink > 1 && !S_ISDIR(info.st_mode)) {
      const auto known = links_.find({info.st_dev, info.st_ino});
      if (known != links_.end() && link_to(known->second, as)) {
        if (--known->second.left == 0)
          links_.erase(known);
        return {};
      }
    }
    int error = 0;
    if (S_ISREG(info.st_mode))
      error = regular(name, as);
    else if (S_ISLNK(info.st_mode))
      error = symlink(name, as, info);
    else if (S_ISFIFO(info.st_mode) && rules_.fifos)
      error = fifo(as, info);
    else
      return skip(name, S_ISSOCK(info.st_mode)   ? "a socket"
                        : S_ISFIFO(info.st_mode) ? "a FIFO"
                                                 : "a device"),
             Status{};
    if (error != 0)
      return failed(name, error);
    if (info.st_nlink > 1)
      remember(as, info);
    return {};
  }

  void remember(const std::string& as, const struct stat& info) {
    struct stat copy {};
    if (fstatat(to_.fd(), as.c_str(), &copy, AT_SYMLINK_NOFOLLOW) != 0)
      return;
    links_[{info.st_dev, info.st_ino}] = {.path = to_.path().empty() ? as : to_.path() + '/' + as,
                                          .copy = {copy.st_dev, copy.st_ino},
                                          .left = info.st_nlink - 1};
  }

  // Where it does not work, the file is copied once more.
  bool link_to(const Linked& linked, const std::string& as) {
    if (linked.path.size() >= PATH_MAX)
      return false;
    const std::size_t slash = linked.path.rfind('/');
    UniqueFd parent;
    // The path is from the top, which this can always go back to.
    if (slash != std::string::npos) {
      parent.reset(raw::open_in(to_root(), linked.path.substr(0, slash).c_str(), O_PATH | O_DIRECTORY,
                                RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS));
      if (!parent)
        return false;
    }
    const std::string last = slash == std::string::npos ? linked.path : linked.path.substr(slash + 1);
    const std::string name = rules_.replace ? unfinished_name() : as;
    if (linkat(parent ? parent.get() : to_root(), last.c_str(), to_.fd(), name.c_str(), 0) != 0)
      return false;
    struct stat info {};
    const bool same = fstatat(to_.fd(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0 &&
                      Inode{info.st_dev, info.st_ino} == linked.copy;
    const bool placed = same && (!rules_.replace || put_in_place(to_.fd(), name, as, true) == 0);
    if (!placed)
      (void)unlinkat(to_.fd(), name.c_str(), 0);
    return placed;
  }

  int to_root() const { return to_.root(); }

  // Runs `make` for a new name and gives what it has made its final name, or removes it again.
  template<class Make>
  int make_file(const std::string& as, Make&& make) {
    const std::string name = rules_.replace ? unfinished_name() : as;
    bool made = false;
    int error = make(name, made);
    if (error == 0 && rules_.replace)
      error = put_in_place(to_.fd(), name, as, true);
    if (error != 0 && made)
      (void)unlinkat(to_.fd(), name.c_str(), 0);
    return error;
  }

  int regular(const std::string& name, const std::string& as) {
    const UniqueFd from{
        openat(from_.fd(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)};
    if (!from)
      return has_changed(errno) ? 0 : errno;
    struct stat info {};
    if (fstat(from.get(), &info) != 0)
      return errno;
    if (!S_ISREG(info.st_mode))  // it was one a moment ago
      return 0;
    return make_file(as, [&](const std::string& to_name, bool& made) {
      const UniqueFd to{
          openat(to_.fd(), to_name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)};
      if (!to)
        return errno;
      made = true;
      const int error = copy_content(from.get(), to.get(), info);
      return error != 0 ? error : finish(from.get(), to.get(), info);
    });
  }

  int symlink(const std::string& name, const std::string& as, const struct stat& info) {
    std::string text(PATH_MAX, '\0');
    const ssize_t n = readlinkat(from_.fd(), name.c_str(), text.data(), text.size());
    if (n < 0)
      return has_changed(errno) || errno == EINVAL ? 0 : errno;
    text.resize(static_cast<std::size_t>(n));
    return make_file(as, [&](const std::string& to_name, bool& made) {
      if (symlinkat(text.c_str(), to_.fd(), to_name.c_str()) != 0)
        return errno;
      made = true;
      return finish_unopened(to_name, info);
    });
  }

  int fifo(const std::string& as, const struct stat& info) {
    return make_file(as, [&](const std::string& to_name, bool& made) {
      const mode_t before = umask(0);
      const int answer = mkfifoat(to_.fd(), to_name.c_str(), info.st_mode & rules_.mode_bits & 07777);
      const int error = answer == 0 ? 0 : errno;
      umask(before);
      made = error == 0;
      return made ? finish_unopened(to_name, info) : error;
    });
  }

  FileOwner owner_of(const struct stat& info) const {
    return rules_.owner.value_or(FileOwner{info.st_uid, info.st_gid});
  }

  int change_owner(int fd, const struct stat& info) const {
    const FileOwner owner = owner_of(info);
    struct stat now {};
    if (fstat(fd, &now) != 0)
      return errno;
    if (now.st_uid == owner.uid && now.st_gid == owner.gid)
      return 0;
    if (fchownat(fd, "", owner.uid, owner.gid, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW) == 0 ||
        (rules_.owner_may_fail && (errno == EPERM || errno == EINVAL)))
      return 0;
    return errno;
  }

  // The owner first: giving a file away takes its setuid bit and its capabilities off. The times last.
  int finish(int from, int to, const struct stat& info) const {
    if (const int error = change_owner(to, info))
      return error;
    if (rules_.attributes)
      if (const int error = copy_attributes(from, to))
        return error;
    if (fchmod(to, info.st_mode & rules_.mode_bits & 07777) != 0)
      return errno;
    const timespec times[2] = {info.st_atim, info.st_mtim};
    return futimens(to, times) == 0 ? 0 : errno;
  }

  int finish_unopened(const std::string& name, const struct stat& info) const {
    const UniqueFd fd{openat(to_.fd(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC)};
    struct stat made {};
    if (!fd || fstat(fd.get(), &made) != 0)
      return errno;
    if ((made.st_mode & S_IFMT) != (info.st_mode & S_IFMT) || made.st_uid != geteuid())
      return ESTALE;
    if (const int error = change_owner(fd.get(), info))
      return error;
    const timespec times[2] = {info.st_atim, info.st_mtim};
    return utimensat(to_.fd(), name.c_str(), times, AT_SYMLINK_NOFOLLOW) == 0 ? 0 : errno;
  }

  TreeDescent from_;
  TreeDescent to_;
  const CopyRules& rules_;
  std::size_t cut_{};  // of the source's paths, where it is one entry of a directory
  std::vector<Level> levels_;
  std::map<Inode, Linked> links_;
  struct stat top_ {};
};

Result<Copier> make_copier(int source, int target, const CopyRules& rules) {
  auto from = TreeDescent::start(source);
  if (!from)
    return tl::unexpected{std::move(from).error()};
  auto to = TreeDescent::start(target);
  if (!to)
    return tl::unexpected{std::move(to).error()};
  return Copier{*std::move(from), *std::move(to), rules};
}

}  // namespace

Status copy_tree(int source, int target, const CopyRules& rules) {
  auto copier = make_copier(source, target, rules);
  return copier ? copier->tree() : tl::unexpected{std::move(copier).error()};
}

Status copy_entry(int source, const std::string& name, int target, const std::string& as,
                  const CopyRules& rules) {
  auto copier = make_copier(source, target, rules);
  return copier ? copier->entry(name, as) : tl::unexpected{std::move(copier).error()};
}

std::string unfinished_name() {
  std::uint64_t number = 0;
  while (getrandom(&number, sizeof number, 0) < 0 && errno == EINTR) {
  }
  return fmt::format(".snug-{:016x}", number);
}

int put_in_place(int directory, const std::string& from, const std::string& name, bool replace) {
  return renameat2(directory, from.c_str(), directory, name.c_str(), replace ? 0 : RENAME_NOREPLACE) == 0
             ? 0
             : errno;
}

}  // namespace snug
