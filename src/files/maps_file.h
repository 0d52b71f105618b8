// The id map of a directory whose files may belong to subordinate ids, kept beside them: only a process with
// that map can remove them, and who removes them may be a later snug.
#pragma once

#include <optional>

#include "base/file_format.h"
#include "base/id_map.h"
#include "base/result.h"
#include "base/unique_fd.h"

namespace snug::files {

// The file's name.
constexpr const char* kMapsFile = "maps";

constexpr FileFormat kMapsFormat{.version = 2, .since = "0.2"};

// Writes `maps` into `dir`, where there is none yet: "version 2 since 0.2", the paths of newuidmap and
// newgidmap, and a line for each range ("u 0 1000 1"). Version 1 has no first line. Answers the open file,
// for those who need it on disk for good.
Result<UniqueFd> write_maps_file(int dir, const MapRange& range);

// Returns nullopt if there is none. Fails if it is not such a file to the letter (err EBADMSG), or of a newer
// version (err kNewerFormat).
Result<std::optional<MapRange>> read_maps_file(int dir);

// For removing, which is tried without the map if that is lost: fails only if the file is of a newer version,
// whose map nobody here can read.
Result<std::optional<MapRange>> maps_for_removal(int dir);

}  // namespace snug::files
