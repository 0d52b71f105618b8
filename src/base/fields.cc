#include "base/fields.h"

#include <fmt/format.h>

#include <cerrno>

#include "base/text.h"

namespace snug {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";
constexpr std::string_view kHex = "hex";

std::optional<std::string> from_hex(std::string_view digits) {
  if (digits.size() % 2 != 0)
    return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const std::size_t high = kDigits.find(digits[i]);
    const std::size_t low = kDigits.find(digits[i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos)
      return std::nullopt;
    bytes += static_cast<char>(high << 4 | low);
  }
  return bytes;
}

}  // namespace

Json encode_text(const std::string& text) {
  if (is_json_text(text))
    return text;
  std::string digits;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    digits += kDigits[byte >> 4];
    digits += kDigits[byte & 15];
  }
  return Json::Object{{std::string{kHex}, std::move(digits)}};
}

bool FieldReader::decode(const Json& json, std::string& text) {
  if (const auto* plain = std::get_if<std::string>(&json.value)) {
    text = *plain;
    return true;
  }
  const auto* object = std::get_if<Json::Object>(&json.value);
  if (!object || object->size() != 1 || object->front().first != kHex)
    return refuse("is not text");
  const auto* digits = std::get_if<std::string>(&object->front().second.value);
  const auto bytes = digits ? from_hex(*digits) : std::nullopt;
  if (!bytes || is_json_text(*bytes))
    return refuse("is not text");
  text = *bytes;
  return true;
}

bool FieldReader::decode(const Json& json, bool& value) {
  const auto* known = std::get_if<bool>(&json.value);
  if (known)
    value = *known;
  return known || refuse("is neither true nor false");
}

bool FieldReader::decode(const Json& json, double& value) {
  if (const auto* number = std::get_if<double>(&json.value))
    value = *number;
  else if (const auto* whole = std::get_if<std::uint64_t>(&json.value))
    value = static_cast<double>(*whole);
  else
    return refuse("is not a number");
  return true;
}

const Json* FieldReader::find(const Json::Object& members, std::string_view name, std::size_t likely) {
  if (likely < members.size() && members[likely].first == name)
    return &members[likely].second;
  const auto found = std::ranges::find(members, name, &Json::Object::value_type::first);
  return found == members.end() ? nullptr : &found->second;
}

bool FieldReader::refuse(std::string_view why) {
  std::string place;
  for (const std::string_view part : path_)
    place += place.empty() || part == "[]" ? std::string{part} : fmt::format(".{}", part);
  error_ = {.step = fmt::format("{}{}{}: {}", what_, place.empty() ? "" : ": ", place, why), .err = EBADMSG};
  return false;
}

bool FieldReader::refuse_unknown(const Json::Object& members, const std::vector<std::string_view>& known) {
  for (const auto& [name, value] : members) {
    if (std::ranges::find(known, name) != known.end())
      continue;
    const std::string shown = escape_control(name);
    path_.push_back(shown);
    const bool good = refuse("is not known");
    path_.pop_back();  // `shown` ends here
    return good;
  }
  return refuse("has a member twice");
}

}  // namespace snug
