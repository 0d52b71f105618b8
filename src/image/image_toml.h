// image.toml: what an image directory says about itself.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "image/image.h"

namespace snug::image {

struct LayerReference {
  std::string text{};   // a path relative to the file's directory, or the name of an image
  std::string where{};  // "image.toml:3:12: layers[1]", for errors
  bool operator==(const LayerReference&) const = default;
};

struct ImageToml {
  ImageConfig config{};
  std::optional<std::vector<LayerReference>> layers{};  // bottom first; absent: rootfs/ beside the file
  bool operator==(const ImageToml&) const = default;
};

Result<ImageToml> parse_image_toml(std::string_view text, std::string_view file);

}  // namespace snug::image
