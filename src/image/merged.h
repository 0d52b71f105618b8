// Files of the merged image, found as an overlay would find them, without mounting one.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "image/image.h"

namespace snug::image {

// A directory of the merged image: its parts, topmost first.
using MergedDirectory = std::vector<UniqueFd>;

// A directory and those above it, the root first: ".." goes back, and never above the root. Cheap to copy.
using MergedPlace = std::vector<std::shared_ptr<const MergedDirectory>>;

// Each of these fails where something could not be looked at for another reason than that it is not there or
// is closed to the caller.
Result<MergedPlace> open_merged_root(const std::vector<Layer>& layers);

// Returns nullopt if `path` does not lead to a directory.
Result<std::optional<MergedPlace>> enter_merged(MergedPlace from, std::string_view path);

// Returns nullopt if `path` does not lead to a regular file of at most 1 MiB.
Result<std::optional<std::string>> read_merged(MergedPlace from, std::string_view path);

}  // namespace snug::image
