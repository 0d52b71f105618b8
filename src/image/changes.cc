#include "image/changes.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <utility>

#include "base/path.h"
#include "base/text.h"
#include "base/try.h"
#include "files/overlay_dialect.h"
#include "files/tree_descent.h"
#include "image/layers_below.h"

namespace snug::image {
namespace {

// Paths get long where a payload makes a tree deep on purpose; their sum is what a list costs.
constexpr std::size_t kMostPathBytes = 512U << 20;

// One directory of the upper layer that is being walked.
struct ChangedLevel {
  std::vector<std::string> entries{};
  std::size_t next{};
  files::LayerDirectory says{};
  bool hides{};  // opaque, or within an opaque one: what the image has and this has not is deleted
  struct stat info {};
  std::optional<struct stat> below{};  // what the image has by its name
  bool changed{};                      // something in it is a change
  bool own{};                          // something in it is snug's
};

class Finder {
 public:
  Finder(files::TreeDescent upper, LayersBelow below, const OwnPlaces& own, Collect collect)
      : upper_{std::move(upper)}, below_{std::move(below)}, own_{own}, collect_{collect} {}

  Result<Changes> find() {
    struct stat root {};
    if (fstat(upper_.fd(), &root) != 0)
      return failed(errno);
    TRY(open_level(root, root, false));
    while (!levels_.empty()) {
      ChangedLevel& level = levels_.back();
      TRY(level.next < level.entries.size() ? look_at(level.entries[level.next++]) : close_level());
    }
    std::sort(result_.list.begin(), result_.list.end(),
              [](const Change& a, const Change& b) { return a.path < b.path; });
    return std::move(result_);
  }

 private:
  tl::unexpected<Error> failed(int error) const {
    return fail(
        {.step = fmt::format("look for changes in /{}", escape_control(upper_.path())), .err = error});
  }

  std::string relative(std::string_view name) const {
    return upper_.path().empty() ? std::string{name} : fmt::format("{}/{}", upper_.path(), name);
  }

  // The upper layer and the image are both in the directory already.
  Status open_level(const struct stat& info, const std::optional<struct stat>& below, bool hides) {
    ChangedLevel level{.says = files::read_layer_directory(upper_.fd()), .info = info, .below = below};
    level.hides = hides || level.says.opaque;
    auto names = files::directory_names(upper_.fd());
    if (!names)
      return failed(names.error().err);
    level.entries = *std::move(names);
    levels_.push_back(std::move(level));
    return levels_.back().hides ? list_hidden() : Status{};
  }

  Status list_hidden() {
    const auto names = TRY(below_.names());
    const std::vector<std::string>& here = levels_.back().entries;
    for (const std::string& name : names)
      if (!std::binary_search(here.begin(), here.end(), name) &&
          !files::is_whited_out(upper_.fd(), levels_.back().says, name))  // that says it too
        TRY(deleted(name));
    return {};
  }

  Status deleted(const std::string& name) {
    const auto was = TRY(below_.find(name));
    return was ? add(ChangeKind::Deleted, relative(name), *was) : Status{};
  }

  Status look_at(const std::string& entry) {
    struct stat info {};
    if (fstatat(upper_.fd(), entry.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0)
      return errno == ENOENT ? Status{} : failed(errno);
    std::string_view name;
    const files::LayerEntry kind =
        files::classify_layer_entry(upper_.fd(), levels_.back().says, entry, info, name);
    if (kind == files::LayerEntry::Marker)
      return {};
    if (kind == files::LayerEntry::Whiteout)
      return deleted(std::string{name});
    const auto below = TRY(below_.find(entry));
    if (S_ISDIR(info.st_mode))
      return enter(entry, info, below);
    const std::string path = relative(entry);
    if (!below && own_.places.contains("/" + path) && (info.st_size == 0 || S_ISLNK(info.st_mode))) {
      levels_.back().own = true;
      result_.left_out.insert(path);
      return {};
    }
    return add(below ? ChangeKind::Changed : ChangeKind::Added, path, info);
  }

  Status enter(const std::string& name, const struct stat& info, const std::optional<struct stat>& below) {
    const bool hides = levels_.back().hides;
    if (const int error = upper_.enter(name))
      return error == ENOENT || error == ENOTDIR || error == ELOOP ? Status{} : failed(error);
    TRY(below_.enter(name));
    return open_level(info, below, hides);
  }

  Status close_level() {
    const ChangedLevel level = std::move(levels_.back());
    levels_.pop_back();
    if (levels_.empty())  // the root itself is never listed
      return {};
    const std::string path = upper_.path();
    if (const int error = upper_.leave())
      return failed(error);
    TRY(below_.leave());
    const std::string absolute = "/" + path;
    const bool place = own_.places.contains(absolute);
    const bool own = place || level.own || own_.above.contains(absolute);
    if (!level.changed && !is_change(level, place || level.own, own)) {
      levels_.back().own = levels_.back().own || place || level.own;
      result_.left_out.insert(path);
      return {};
    }
    return add(level.below ? ChangeKind::Changed : ChangeKind::Added, path, level.info);
  }

  // A directory in which nothing has changed.
  static bool is_change(const ChangedLevel& level, bool made_by_snug, bool own) {
    if (!level.below)
      return !made_by_snug;
    if (!S_ISDIR(level.below->st_mode))
      return true;
    const bool mode = (level.info.st_mode & 07777) != (level.below->st_mode & 07777);
    const bool owner = level.info.st_uid != level.below->st_uid || level.info.st_gid != level.below->st_gid;
    // On the way to a mount point snug makes directories in the place of an image's that belong to somebody
    // else.
    return mode || (owner && !own);
  }

  Status add(ChangeKind kind, const std::string& path, const struct stat& info) {
    if (!levels_.empty())
      levels_.back().changed = true;
    if (collect_ == Collect::LeftOutOnly)
      return {};
    path_bytes_ += path.size() + 1;
    if (path_bytes_ > kMostPathBytes)
      return failed(E2BIG);
    result_.list.push_back({.kind = kind,
                            .path = "/" + path,
                            .file = file_kind(info.st_mode),
                            .size = S_ISREG(info.st_mode) ? static_cast<std::uint64_t>(info.st_size) : 0});
    return {};
  }

  files::TreeDescent upper_;
  LayersBelow below_;
  const OwnPlaces& own_;
  Collect collect_;
  std::vector<ChangedLevel> levels_;
  Changes result_;
  std::size_t path_bytes_{};
};

}  // namespace

FileKind file_kind(mode_t mode) {
  if (S_ISDIR(mode))
    return FileKind::Directory;
  if (S_ISLNK(mode))
    return FileKind::Symlink;
  if (S_ISSOCK(mode))
    return FileKind::Socket;
  if (S_ISFIFO(mode))
    return FileKind::Fifo;
  return S_ISREG(mode) ? FileKind::Regular : FileKind::Device;
}

void OwnPlaces::add(const std::string& path) {
  places.insert(path);
  for (std::string parent = parent_path(path); parent != "/"; parent = parent_path(parent))
    above.insert(parent);
}

Result<Changes> find_changes(int upper, const std::vector<Layer>& layers, const OwnPlaces& own,
                             Collect collect) {
  auto top = TRY(files::TreeDescent::start(upper));
  auto below = TRY(LayersBelow::start(layers));
  return Finder{std::move(top), std::move(below), own, collect}.find();
}

}  // namespace snug::image
