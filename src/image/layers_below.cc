#include "image/layers_below.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <set>
#include <utility>

#include "base/text.h"
#include "base/try.h"
#include "sys/file_io.h"

namespace snug::image {
namespace {

// Not there, or closed to whoever runs the image.
bool is_absence(int error) {
  return error == ENOENT || error == ENOTDIR || error == ELOOP || error == EACCES || error == ENAMETOOLONG;
}

tl::unexpected<Error> unreadable(const std::string& name, int error) {
  return fail({.step = fmt::format("look at {} in the image", escape_control(name)), .err = error});
}

}  // namespace

Result<LayersBelow> LayersBelow::start(const std::vector<Layer>& layers) {
  LayersBelow below;
  // All of them together stay well below the usual 1,024 descriptors.
  const std::size_t most_open = layers.empty() ? 2 : std::clamp<std::size_t>(300 / layers.size(), 2, 16);
  Parts root;
  for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer) {
    const auto fd = TRY(sys::open_file(AT_FDCWD, layer->path, O_PATH | O_DIRECTORY));
    struct stat info {};
    if (fstat(fd.get(), &info) != 0)
      return unreadable(layer->path, errno);
    if (info.st_dev != layer->dev || info.st_ino != layer->ino)
      return fail({.step = fmt::format("the layer {} was replaced meanwhile", escape_control(layer->path))});
    auto descent = files::TreeDescent::start(fd.get(), most_open);
    if (!descent)
      return unreadable(layer->path, descent.error().err);
    root.push_back({.layer = below.layers_.size(), .says = files::read_layer_directory(descent->fd())});
    below.layers_.push_back(*std::move(descent));
    if (root.back().says.opaque)
      break;
  }
  below.levels_.push_back(std::move(root));
  return below;
}

Result<std::optional<struct stat>> LayersBelow::find(const std::string& name) const {
  for (const Part& part : levels_.back()) {
    const int directory = layers_[part.layer].fd();
    if (files::is_whited_out(directory, part.says, name))
      return std::nullopt;
    struct stat info {};
    if (fstatat(directory, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0)
      return info;
    if (!is_absence(errno))
      return unreadable(name, errno);
  }
  return std::nullopt;
}

Result<std::vector<std::string>> LayersBelow::names() const {
  std::set<std::string> there, gone;
  for (const Part& part : levels_.back()) {
    const int directory = layers_[part.layer].fd();
    const auto entries = files::directory_names(directory);
    if (!entries && !is_absence(entries.error().err))
      return tl::unexpected{entries.error()};
    std::set<std::string> gone_here;
    for (const std::string& entry : entries ? *entries : std::vector<std::string>{}) {
      struct stat info {};
      if (fstatat(directory, entry.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0)
        continue;
      std::string_view name;
      const files::LayerEntry kind = files::classify_layer_entry(directory, part.says, entry, info, name);
      if (kind == files::LayerEntry::Whiteout)
        gone_here.emplace(name);
      else if (kind == files::LayerEntry::Plain && !gone.contains(entry))
        there.insert(entry);
    }
    gone.merge(gone_here);
  }
  return std::vector<std::string>(there.begin(), there.end());
}

Status LayersBelow::enter(const std::string& name) {
  Parts inner;
  for (const Part& part : levels_.back()) {
    files::TreeDescent& descent = layers_[part.layer];
    // A whiteout or a file ends the merge: what lies below it in lower layers is another thing.
    if (files::is_whited_out(descent.fd(), part.says, name))
      break;
    const int error = descent.enter(name);
    if (error == ENOENT)
      continue;
    if (error != 0 && !is_absence(error))
      return unreadable(name, error);
    if (error != 0)
      break;
    inner.push_back({.layer = part.layer, .says = files::read_layer_directory(descent.fd())});
    if (inner.back().says.opaque)
      break;
  }
  levels_.push_back(std::move(inner));
  return {};
}

Status LayersBelow::leave() {
  const Parts gone = std::move(levels_.back());
  levels_.pop_back();
  for (const Part& part : gone)
    if (const int error = layers_[part.layer].leave())
      return fail({.step = "the image was changed while it was looked at", .err = error});
  return {};
}

}  // namespace snug::image
