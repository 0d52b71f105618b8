// /proc/PID/mountinfo: proc(5).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace snug::sys {

// One line of it.
struct MountLine {
  std::string root{};
  std::string target{};
  std::string options{};  // of the mount: "rw,nosuid"
  std::string type{};
  std::string super{};  // of the file system
  bool operator==(const MountLine&) const = default;
};

// Lines that are none are passed over.
std::vector<MountLine> parse_mountinfo(std::string_view text);

// Blank, tab, newline and backslash are written as \040 and so on there.
std::string unescape_octal(std::string_view text);

}  // namespace snug::sys
