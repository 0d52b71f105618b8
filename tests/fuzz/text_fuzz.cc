// The text helpers that keep messages safe. Escaped text has no control byte, is valid UTF-8 and stays as it
// is when it is escaped again; a shell word's quotes hold; a pattern matches itself; a normalised path is
// one.
#include "base/text.h"
#include "check.h"

using namespace snug;

namespace {

// Written apart from base/text.cc, so that the two do not share a mistake: C0, DEL, C1, and bytes that belong
// to no character.
bool is_plain_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (lead < 0x20 || lead == 0x7F || (lead >= 0x80 && lead < 0xC2) || lead > 0xF4 ||
        i + length > text.size())
      return false;
    for (std::size_t tail = 1; tail < length; ++tail)
      if ((static_cast<unsigned char>(text[i + tail]) & 0xC0) != 0x80)
        return false;
    if (lead == 0xC2 && static_cast<unsigned char>(text[i + 1]) < 0xA0)
      return false;
    i += length;
  }
  return true;
}

// What sh(1) makes of a word that shell_quote() has written.
std::string unquote(std::string_view word) {
  std::string text;
  bool inside = false;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (word[i] == '\'')
      inside = !inside;
    else if (word[i] == '\\' && !inside)
      text += word[++i];
    else
      text += word[i];
  }
  return text;
}

}  // namespace

FUZZ_TARGET(text) {
  const std::string escaped = escape_control(text);
  FUZZ_CHECK(is_plain_utf8(escaped), text);
  FUZZ_CHECK(escape_control(escaped) == escaped, text);
  FUZZ_CHECK(unquote(shell_quote(text)) == text, shell_quote(text));

  const auto half = text.substr(0, text.size() / 2), rest = text.substr(text.size() / 2);
  (void)matches_glob(half, rest);  // any answer will do, within the time
  FUZZ_CHECK(matches_glob(text, text) && matches_glob("*", text), text);
  FUZZ_CHECK(matches_glob(fmt::format("{}*", half), text), text);
  const std::string_view words[] = {half, "volume", rest};
  if (!text.empty())
    FUZZ_CHECK(nearest(half, words) == half, text);

  if (const auto path = normalize_absolute(text)) {
    FUZZ_CHECK(is_normal_path(*path) && normalize_absolute(*path) == *path, *path);
    FUZZ_CHECK(is_beneath(*path, "/") && is_beneath(*path, parent_path(*path)), *path);
    if (*path != "/")
      FUZZ_CHECK(normalize_absolute(join_path(parent_path(*path), file_name(*path))) == *path, *path);
  }
}
