// The names in a directory of the merged image.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "image/image.h"

namespace snug::image {

// In order, each once; none where there is no such directory. A name that a whiteout hides is among them:
// read_image_file() finds nothing there.
std::vector<std::string> image_directory_names(const std::vector<Layer>& layers, std::string_view path);

}  // namespace snug::image
