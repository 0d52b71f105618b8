// A range of ids, written by the setuid helpers newuidmap(1) and newgidmap(1) while init waits.
#pragma once

#include <sys/types.h>

#include "base/id_map.h"
#include "base/result.h"

namespace snug::files {

Status write_range_maps(pid_t init, const MapRange& step);

}  // namespace snug::files
