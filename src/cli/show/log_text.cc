#include "cli/show/log_text.h"

#include <algorithm>

#include "base/text.h"

namespace snug::cli {
namespace {

// ESC [ and so many bytes: more parameters than any program writes are no colour.
constexpr std::size_t kLongestColour = 48;

// "ESC [ 1 ; 31 m" at the front of `text`: its length, 0 where it is something else. `cut` where it may
// become one.
std::size_t colour_length(std::string_view text, bool& cut) {
  constexpr std::string_view kParameters = "0123456789;:";
  std::size_t n = 1;
  if (n < text.size() && text[n] != '[')
    return 0;
  ++n;
  while (n < text.size() && n < kLongestColour && kParameters.find(text[n]) != std::string_view::npos) ++n;
  if (n < text.size())
    return text[n] == 'm' ? n + 1 : 0;
  cut = true;
  return 0;
}

// How many bytes at the end of `text` are the begin of a character in UTF-8.
std::size_t cut_character(std::string_view text) {
  for (std::size_t n = 1; n <= 3 && n <= text.size(); ++n) {
    const auto byte = static_cast<unsigned char>(text[text.size() - n]);
    if (byte < 0x80)
      return 0;
    if (byte >= 0xC0) {
      const std::size_t length = byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
      return n < length ? n : 0;
    }
  }
  return 0;
}

}  // namespace

std::string TerminalText::pass(std::string_view next, bool whole) {
  const std::string text = kept_ + std::string{next};
  kept_.clear();
  std::string_view rest = text;
  std::string out;
  while (!rest.empty()) {
    const char* special = carriage_returns_ ? "\x1b\t\r" : "\x1b\t";
    const std::size_t plain = std::min(rest.find_first_of(special), rest.size());
    if (plain > 0) {
      const std::size_t kept = plain == rest.size() && !whole ? cut_character(rest) : 0;
      out += escape_control(rest.substr(0, plain - kept));
      kept_ = rest.substr(plain - kept, kept);
      rest.remove_prefix(plain);
      continue;
    }
    bool cut = false;
    std::size_t length = 1;
    if (rest[0] == '\x1b')
      length = colour_length(rest, cut);
    if (cut && !whole) {
      kept_ = rest;
      break;
    }
    coloured_ = coloured_ || length > 1;
    out += length > 0 ? std::string{rest.substr(0, length)} : escape_control(rest.substr(0, 1));
    rest.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

std::string TerminalText::end() {
  std::string out = escape_control(kept_);
  kept_.clear();
  if (coloured_)
    out += "\x1b[0m";
  coloured_ = false;
  return out;
}

}  // namespace snug::cli
