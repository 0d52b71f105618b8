#include "cli/show/table.h"

#include <sys/ioctl.h>

#include <algorithm>

#include "base/text.h"

namespace snug::cli {
namespace {

// One code point at the front of valid UTF-8 (escape_control lets nothing else through).
std::size_t code_point(std::string_view text, char32_t& code) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  code = length == 1 ? lead : lead & (0x7F >> length);
  for (std::size_t i = 1; i < length && i < text.size(); ++i)
    code = code << 6 | (static_cast<unsigned char>(text[i]) & 0x3F);
  return std::min(length, text.size());
}

// wcwidth(3) needs a locale, and snug sets none. The blocks that matter, of Unicode's EastAsianWidth.
std::size_t width_of(char32_t c) {
  if ((c >= 0x0300 && c <= 0x036F) || (c >= 0x20D0 && c <= 0x20FF) || (c >= 0xFE00 && c <= 0xFE0F))
    return 0;
  const bool wide =
      (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) || (c >= 0xAC00 && c <= 0xD7A3) ||
      (c >= 0xF900 && c <= 0xFAFF) || (c >= 0xFE30 && c <= 0xFE6F) || (c >= 0xFF00 && c <= 0xFF60) ||
      (c >= 0xFFE0 && c <= 0xFFE6) || (c >= 0x1F300 && c <= 0x1FAFF) || (c >= 0x20000 && c <= 0x3FFFD);
  return wide ? 2 : 1;
}

std::string cut(std::string_view text, std::size_t width) {
  if (display_width(text) <= width)
    return std::string{text};
  std::string out;
  std::size_t used = 1;  // the ellipsis
  while (!text.empty()) {
    char32_t code = 0;
    const std::size_t length = code_point(text, code);
    used += width_of(code);
    if (used > width)
      break;
    out += text.substr(0, length);
    text.remove_prefix(length);
  }
  return out + "…";
}

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    char32_t code = 0;
    text.remove_prefix(code_point(text, code));
    width += width_of(code);
  }
  return width;
}

std::size_t terminal_width(int fd) {
  winsize size{};
  return ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

std::string table_text(const Table& table, std::size_t width, Colour colour) {
  std::vector<std::vector<std::string>> lines{table.header};
  for (const auto& row : table.rows) {
    auto& line = lines.emplace_back();
    for (const std::string& cell : row) line.push_back(escape_control(cell));
  }
  std::vector<std::size_t> widths(table.header.size());
  for (const auto& line : lines)
    for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], display_width(line[i]));
  std::string text;
  for (const auto& line : lines) {
    std::string out;
    std::size_t used = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
      const bool last = i + 1 == line.size();
      // A last column of less than eight characters says nothing; then the line wraps.
      const std::string cell = last && width >= used + 8 ? cut(line[i], width - used) : line[i];
      out += cell;
      if (!last)
        out.append(widths[i] - display_width(cell) + 2, ' ');
      used += widths[i] + 2;
    }
    out.erase(out.find_last_not_of(' ') + 1);
    text += (&line == &lines.front() ? paint(out, Style::Bold, colour) : out) + "\n";
  }
  return text;
}

}  // namespace snug::cli
