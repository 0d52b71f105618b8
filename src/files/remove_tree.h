// Removing a tree that a payload has made.
#pragma once

#include <string>

#include "base/id_map.h"
#include "base/result.h"

namespace snug::files {

// Removes the directory `name` in `parent` with all that is in it. Never follows a link, never leaves the
// file system, gives itself access to closed directories (an overlay's work/work has mode 000), and needs no
// stack however deep the tree is.
Status remove_tree(int parent, const std::string& name);

// The same by a process that has the id map `range`, for files that belong to subordinate ids.
Status remove_tree_mapped(int parent, const std::string& name, const MapRange& range);

}  // namespace snug::files
