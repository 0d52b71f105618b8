// What is seen of an image's layers, name by name, while a writable layer above them is walked: an overlay's
// rules without an overlay.
#pragma once

#include <sys/stat.h>

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "files/overlay_dialect.h"
#include "files/tree_descent.h"
#include "image/image.h"

namespace snug::image {

class LayersBelow {
 public:
  // Fails where a layer is not the directory any more that was looked at. No layers are an empty image.
  static Result<LayersBelow> start(const std::vector<Layer>& layers);

  // The entry `name` of the merged directory where it is; nothing where there is none.
  Result<std::optional<struct stat>> find(const std::string& name) const;
  // Everything in it, sorted.
  Result<std::vector<std::string>> names() const;

  // Goes down to `name`: into nothing, where that is no directory.
  Status enter(const std::string& name);
  Status leave();

 private:
  struct Part {
    std::size_t layer{};
    files::LayerDirectory says{};
  };
  using Parts = std::vector<Part>;  // of one merged directory, topmost first

  std::vector<files::TreeDescent> layers_;  // topmost first
  std::vector<Parts> levels_;
};

}  // namespace snug::image
