#include "base/text.h"

#include <catch2/catch.hpp>

#include "base/path.h"

namespace text_test {

using namespace snug;

TEST_CASE("no control byte reaches a terminal") {
  CHECK(escape_control("plain: \xC3\xA9 \xE2\x82\xAC") == "plain: \xC3\xA9 \xE2\x82\xAC");
  CHECK(escape_control("\x1b]0;x\x07") == "\\x1b]0;x\\x07");
  CHECK(escape_control("a\rb\nc\x7f") == "a\\x0db\\nc\\x7f");
  CHECK(escape_control("\xC2\x9B"
                       "31m") == "\\u{009b}31m");  // 8-bit CSI as UTF-8
  CHECK(escape_control("\x9b") == "\\x9b");        // and as a bare byte
  CHECK(escape_control("a\xE2\x80\xAE"
                       "b") == "a\\u{202e}b");  // right-to-left override
  CHECK(escape_control(std::string_view{"a\0b", 3}) == "a\\x00b");
}

TEST_CASE("did you mean: near words only") {
  const std::string_view words[] = {"memory", "network", "mount", "image"};
  CHECK(nearest("memroy", words) == "memory");
  CHECK(nearest("netwrk", words) == "network");
  CHECK(nearest("imgae", words) == "image");
  CHECK(nearest("xyzzy", words).empty());
}

TEST_CASE("globs match the whole text") {
  CHECK(matches_glob("LC_*", "LC_ALL"));
  CHECK_FALSE(matches_glob("LC_*", "XLC_ALL"));
  CHECK(matches_glob("*", ""));
  CHECK(matches_glob("a*b?c", "axxbyc"));
  CHECK_FALSE(matches_glob("a*b?c", "axxbc"));
}

TEST_CASE("paths are normalised without the disk") {
  CHECK(normalize_absolute("//a/./b/") == "/a/b");
  CHECK(normalize_absolute("/") == "/");
  CHECK_FALSE(normalize_absolute("a"));
  CHECK_FALSE(normalize_absolute("/a/../b"));
  CHECK_FALSE(normalize_absolute(""));
  CHECK(is_beneath("/a/b", "/a"));
  CHECK_FALSE(is_beneath("/ab", "/a"));
  CHECK(parent_path("/a") == "/");
}

TEST_CASE("shell words are quoted where they must be") {
  CHECK(shell_quote("a/b-c=1") == "a/b-c=1");
  CHECK(shell_quote("") == "''");
  CHECK(shell_quote("it's") == "'it'\\''s'");
}

}  // namespace text_test
