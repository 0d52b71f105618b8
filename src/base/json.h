// JSON as a plain value: built for --json, and read from state files. Only json.cc knows the library behind
// it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"

namespace snug {

struct Json {
  using Array = std::vector<Json>;
  using Object = std::vector<std::pair<std::string, Json>>;  // in the order in which it is printed
  std::variant<std::nullptr_t, bool, std::uint64_t, double, std::string, Array, Object> value{nullptr};

  Json() = default;
  Json(bool b) : value{b} {}
  Json(std::uint64_t n) : value{n} {}
  Json(double n) : value{n} {}
  Json(std::string text) : value{std::move(text)} {}
  Json(const char* text) : value{std::string{text}} {}
  Json(Array items) : value{std::move(items)} {}
  Json(Object members) : value{std::move(members)} {}
  bool operator==(const Json&) const = default;
};

// On one line, or indented with a newline at the end. Bytes that are not UTF-8 become U+FFFD: JSON has no way
// to say them.
std::string compact_json(const Json& json);
std::string pretty_json(const Json& json);

// Can JSON say these bytes? It is UTF-8 only.
bool is_json_text(std::string_view text);

// Strict JSON, of bytes that nobody vouches for: nothing after the value, each key of an object once, at most
// kJsonDepth values in each other. A number that is no unsigned 64-bit integer becomes a double, and one that
// no double can hold is an error. Time and memory grow with the size of the text alone.
constexpr std::size_t kJsonDepth = 64;
Result<Json> parse_json(std::string_view text);

}  // namespace snug
