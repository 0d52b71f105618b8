// Copy-on-write views: the order in which they are mounted, and the names of their layers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "spec/settings.h"

namespace snug::plan {

// The name of the directory, below cow/ of a run's or container's directory, with what was changed in the
// view of `source` on `target`: 32 hexadecimal digits of the SHA-256 of source, a zero byte and target. Of
// nothing else, so that a kept container finds a view's layer again whatever other views come and go. A
// digest, because two paths do not fit into a file's name.
std::string view_layer(std::string_view source, std::string_view target);

// The mounts of `spec` as they are planned: parents first, for a mount made later would hide what was mounted
// below it before.
std::vector<const spec::Mount*> mounts_in_order(const spec::Spec& spec);

}  // namespace snug::plan
