// The id map of a directory whose files may belong to subordinate ids, kept beside them: only a process with
// that map can remove them, and who removes them may be a later snug.
#pragma once

#include <optional>

#include "base/id_map.h"
#include "base/result.h"
#include "base/unique_fd.h"

namespace snug {

// The file's name.
constexpr const char* kMapsFile = "maps";

// Writes `maps` into `dir`, where there is none yet: the paths of newuidmap and newgidmap, and a line for
// each range ("u 0 1000 1"). Answers the open file, for those who need it on disk for good.
Result<UniqueFd> write_maps_file(int dir, const MapRange& range);

// Nothing where there is none, or it is not such a file to the letter.
std::optional<MapRange> read_maps_file(int dir);

}  // namespace snug
