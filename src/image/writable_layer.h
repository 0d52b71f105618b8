// The names in the directory of a run or of a container that has a writable layer.
#pragma once

namespace snug::image {

// The writable layer of the root, in the directory of a run or of a container: upper/ and work/, and nothing
// else, since whoever serves the layer can reach all of it (launch/fuse_root.h). A view's is
// cow/NAME (plan/views.h).
constexpr const char* kRootLayer = "root";
constexpr const char* kRootUpper = "root/upper";

}  // namespace snug::image
