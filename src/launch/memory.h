// Giving memory back while a payload runs for long.
#pragma once

#include <cstddef>

#include "child/program.h"

namespace snug {

// Drops the clean pages of snug's own executable from its resident set (they come back from the page cache
// when they are needed) and trims the heap. A static binary that has parsed options and a profile shows
// about 1.7 MiB of such pages.
void rest_memory();

// The same pages, for init to drop.
std::size_t clean_regions(child::Region* regions, std::size_t most);

// What init may drop when it only waits: the same pages, and the heap with all that was prepared for it.
// Returns how many.
std::size_t resting_regions(child::Region* regions, std::size_t most);

}  // namespace snug
