#include "sys/mountinfo.h"

#include <algorithm>

#include "base/text.h"

namespace snug::sys {

std::vector<MountLine> parse_mountinfo(std::string_view text) {
  std::vector<MountLine> mounts;
  for (const std::string_view line : split(text, '\n')) {
    const auto fields = split(line, ' ');
    // ID PARENT MAJOR:MINOR ROOT TARGET OPTIONS [TAG…] - TYPE SOURCE SUPER
    const auto dash = std::ranges::find(fields, std::string_view{"-"});
    if (fields.size() < 6 || fields.end() - dash < 4)
      continue;
    mounts.push_back({.root = unescape_octal(fields[3]),
                      .target = unescape_octal(fields[4]),
                      .options = std::string{fields[5]},
                      .type = std::string{dash[1]},
                      .super = std::string{dash[3]}});
  }
  return mounts;
}

std::string unescape_octal(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto digit = [&](std::size_t n) {
      return i + n < text.size() && text[i + n] >= '0' && text[i + n] <= '7';
    };
    if (text[i] == '\\' && digit(1) && digit(2) && digit(3)) {
      out += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
      i += 3;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace snug::sys
