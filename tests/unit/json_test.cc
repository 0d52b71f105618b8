#include "base/json.h"

#include <catch2/catch.hpp>
#include <ctime>
#include <limits>

namespace json_test {

using namespace snug;

namespace {

std::string wrong(std::string_view text) {
  const auto json = parse_json(text);
  REQUIRE_FALSE(json);
  CHECK(json.error().err == 0);
  return json.error().step;
}

}  // namespace

TEST_CASE("what is printed is read again, each kind of value") {
  const Json json = Json::Object{
      {"none", Json{}},
      {"yes", true},
      {"largest", std::numeric_limits<std::uint64_t>::max()},
      {"half", 0.5},
      {"third", 1.0 / 3.0},
      {"negative", -7.0},
      {"text", "quote \" slash \\ newline \n nul-less \x01 \u00fc \U0001F600"},
      {"empty", ""},
      {"array", Json::Array{Json::Array{}, Json::Object{}, std::uint64_t{1}}},
      {"object", Json::Object{{"z", false}, {"a", Json{}}}},
  };
  CHECK(parse_json(compact_json(json)) == json);
  CHECK(parse_json(pretty_json(json)) == json);
}

TEST_CASE("numbers that are no unsigned integer become a double") {
  CHECK(parse_json("18446744073709551615") == Json(std::numeric_limits<std::uint64_t>::max()));
  CHECK(parse_json("18446744073709551616") == Json(18446744073709551616.0));
  CHECK(parse_json("-1") == Json(-1.0));
  CHECK(parse_json("1e3") == Json(1000.0));
  CHECK(wrong("1e999") == "read JSON: byte 5 cannot stand there");
}

TEST_CASE("what is not JSON is refused with its place") {
  CHECK(wrong("{\"a\": 1,}") == "read JSON: byte 9 cannot stand there");
  CHECK(wrong("[1] x") == "read JSON: byte 5 cannot stand there");
  for (const char* text : {"",
                           " ",
                           "{",
                           "[",
                           "\"",
                           "\"\n\"",
                           "01",
                           "+1",
                           "nul",
                           "NaN",
                           "[1,]",
                           "{1: 2}",
                           "{\"a\" 1}",
                           "// c\n1",
                           "'a'",
                           "\"\\x\"",
                           "\"\\ud800\"",
                           "\"\xff\"",
                           "\xEF\xBB\xBF[]",
                           "{} {}"}) {
    INFO(text);
    wrong(text);
  }
}

TEST_CASE("a NUL does not end the text") {
  CHECK(wrong(std::string_view{"1\0", 2}) == "read JSON: byte 2 cannot stand there");
  CHECK(wrong(std::string_view{"[1]\0garbage", 11}) == "read JSON: byte 4 cannot stand there");
}

TEST_CASE("a key that is there twice is refused, and shown with its control bytes escaped") {
  CHECK(wrong("{\"a\": 1, \"b\": {\"\\u001b\": 1, \"c\": 2, \"\\u001b\": 3}}") ==
        "read JSON: the key \"\\x1b\" is there twice");
  CHECK(parse_json("{\"a\": {\"a\": 1}, \"b\": {\"a\": 1}}"));
}

TEST_CASE("the depth is bounded") {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  CHECK(parse_json(nested(kJsonDepth)));
  CHECK(wrong(nested(kJsonDepth + 1)) == "read JSON: more than 64 brackets in each other");
  wrong(std::string(1 << 20, '['));
}

TEST_CASE("an object of many keys takes no time that grows with their square") {
  std::string text = "{";
  for (int i = 0; i < 200'000; ++i) text += "\"" + std::to_string(i) + "\":0,";
  text += "\"last\":0}";
  const std::clock_t start = std::clock();  // of this process's processor, which others do not take from it
  CHECK(parse_json(text));
  CHECK((std::clock() - start) / CLOCKS_PER_SEC < 20);
}

TEST_CASE("what JSON can say is UTF-8") {
  for (const char* text : {"", "plain", "\x01\x7f", "\u00fc", "\u20ac", "\U0001F600", "\U0010FFFF",
                           "\xED\x9F\xBF", "\xEE\x80\x80"}) {
    INFO(text);
    CHECK(is_json_text(text));
    CHECK(parse_json(compact_json(Json(text))) == Json(text));
  }
  for (const char* text :
       {"\x80", "\xff", "\xC0\x80", "\xC1\xBF", "\xC3", "\xC3x", "\xE0\x9F\xBF", "\xE2\x82", "\xED\xA0\x80",
        "\xF0\x8F\xBF\xBF", "\xF0\x9F\x98", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80"}) {
    INFO(text);
    CHECK_FALSE(is_json_text(text));
    CHECK(parse_json(compact_json(Json(text))) != Json(text));
  }
}

}  // namespace json_test
