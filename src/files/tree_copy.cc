#include "files/tree_copy.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>
#include <vector>

#include "base/text.h"
#include "base/try.h"
#include "files/entry_copy.h"
#include "files/file_copy.h"
#include "files/hard_links.h"
#include "files/overlay_dialect.h"
#include "files/tree_descent.h"
#include "sys/random_number.h"

namespace snug::files {
namespace {

// One directory that is being copied.
struct Level {
  std::vector<std::string> entries{};
  std::size_t next{};
  LayerDirectory says{};
  struct stat info {};
  bool merged{};  // it was there before, and keeps what it is
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
    TRY(open_level(info, true));
    return walk();
  }

  Status entry(const std::string& name, const std::string& as) {
    struct stat info {};
    if (fstatat(from_.fd(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0)
      return failed(name, errno);
    cut_ = name.size() + 1;
    if (S_ISDIR(info.st_mode))
      TRY(directory(name, as, info));
    return S_ISDIR(info.st_mode) ? walk() : file(name, as, info);
  }

 private:
  Status walk() {
    while (!levels_.empty()) {
      Level& level = levels_.back();
      TRY(level.next < level.entries.size() ? one(level.entries[level.next++]) : close_level());
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
      if (const int error = EntryCopy{rules_}.finish(from_.fd(), to_.fd(), level.info))
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
      TRY(rules_.check(path));
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
    if (links_.place(info, to_, as, rules_.replace))
      return {};
    const EntryCopy copy{rules_};
    int error = 0;
    if (S_ISREG(info.st_mode))
      error = copy.regular(from_.fd(), name, to_.fd(), as);
    else if (S_ISLNK(info.st_mode))
      error = copy.symlink(from_.fd(), name, to_.fd(), as, info);
    else if (S_ISFIFO(info.st_mode) && rules_.fifos)
      error = copy.fifo(to_.fd(), as, info);
    else
      return skip(name, S_ISSOCK(info.st_mode)   ? "a socket"
                        : S_ISFIFO(info.st_mode) ? "a FIFO"
                                                 : "a device"),
             Status{};
    if (error != 0)
      return failed(name, error);
    links_.remember(info, to_, as);
    return {};
  }

  TreeDescent from_;
  TreeDescent to_;
  const CopyRules& rules_;
  std::size_t cut_{};  // of the source's paths, where it is one entry of a directory
  std::vector<Level> levels_;
  HardLinks links_;
  struct stat top_ {};
};

Result<Copier> make_copier(int source, int target, const CopyRules& rules) {
  auto from = TRY(TreeDescent::start(source));
  auto to = TRY(TreeDescent::start(target));
  return Copier{std::move(from), std::move(to), rules};
}

}  // namespace

Status copy_tree(int source, int target, const CopyRules& rules) {
  auto copier = TRY(make_copier(source, target, rules));
  return copier.tree();
}

Status copy_entry(int source, const std::string& name, int target, const std::string& as,
                  const CopyRules& rules) {
  auto copier = TRY(make_copier(source, target, rules));
  return copier.entry(name, as);
}

std::string unfinished_name() {
  return ".snug-" + sys::random_hex();
}

int put_in_place(int directory, const std::string& from, const std::string& name, bool replace) {
  return renameat2(directory, from.c_str(), directory, name.c_str(), replace ? 0 : RENAME_NOREPLACE) == 0
             ? 0
             : errno;
}

}  // namespace snug::files
