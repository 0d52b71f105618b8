// JSON for --json, built as a plain value. Only json.cc knows the library behind it.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

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

}  // namespace snug
