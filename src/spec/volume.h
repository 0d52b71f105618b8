// Docker's ways to name mounts: -v, --mount and --tmpfs. Whether a source exists is the planner's question;
// it is never created (nothing is written where the user did not ask).
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "spec/values.h"

namespace snug::spec {

// "SRC:DST[:ro|rw|cow]". SRC is absolute, or starts with ./ or ../ and is relative to `cwd`; rw where nothing
// is said, as in docker.
Result<Mount> parse_volume(std::string_view text, std::string_view cwd);

// "type=bind|cow|tmpfs,source=…,target=…[,readonly][,tmpfs-size=…][,tmpfs-mode=…]" with docker's other
// spellings (src; dst, destination; ro). A part in double quotes may have commas in it.
Result<Mount> parse_mount(std::string_view text, std::string_view cwd);

// "DST[:size=64m,mode=1777,ro]".
Result<Mount> parse_tmpfs(std::string_view text);

// The mode of a tmpfs's root: octal, at most 7777.
Result<std::uint32_t> parse_mode(std::string_view text, std::string_view what);

}  // namespace snug::spec
