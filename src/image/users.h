// The lines of passwd(5) and group(5). They come from an image, so a line that is not understood is skipped:
// a strange image runs, and whoever asks for a user that is on such a line is told that there is none.
#pragma once

#include <string_view>
#include <vector>

#include "image/image.h"

namespace snug::image {

std::vector<UserEntry> parse_passwd(std::string_view text);
std::vector<GroupEntry> parse_group(std::string_view text);

}  // namespace snug::image
