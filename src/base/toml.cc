#include "base/toml.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"

// The library's own switches: errors come back as values, and the printers, which we do not use, stay out of
// the binary.
#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

namespace snug {
namespace {

TomlPosition position(const toml::source_position& at) {
  return {.line = at.line, .column = at.column};
}

std::string child_path(const TomlValue& parent, std::string_view key) {
  const std::string safe = escape_control(key);
  return parent.path.empty() ? safe : parent.path + "." + safe;
}

TomlValue convert(const toml::node& node, TomlValue value);

void convert_table(const toml::table& table, TomlValue& value) {
  value.kind = TomlKind::Table;
  value.items.reserve(table.size());
  for (const auto& [key, node] : table)
    value.items.push_back(convert(node, {.key = std::string{key.str()},
                                         .path = child_path(value, key.str()),
                                         .key_at = position(key.source().begin),
                                         .file = value.file}));
  // The library sorts by name; the file's order is what people mean, and where they look for the first error.
  std::ranges::stable_sort(value.items, {}, [](const TomlValue& item) {
    return std::pair{item.key_at.line, item.key_at.column};
  });
}

void convert_array(const toml::array& array, TomlValue& value) {
  value.kind = TomlKind::Array;
  value.items.reserve(array.size());
  for (const toml::node& node : array) {
    const TomlPosition at = position(node.source().begin);
    value.items.push_back(convert(node, {.path = fmt::format("{}[{}]", value.path, value.items.size() + 1),
                                         .key_at = at,
                                         .file = value.file}));
  }
}

TomlValue convert(const toml::node& node, TomlValue value) {
  value.at = position(node.source().begin);
  if (const auto* table = node.as_table()) {
    convert_table(*table, value);
  } else if (const auto* array = node.as_array()) {
    convert_array(*array, value);
  } else if (const auto* string = node.as_string()) {
    value.kind = TomlKind::String;
    value.string = string->get();
  } else if (const auto* integer = node.as_integer()) {
    value.kind = TomlKind::Integer;
    value.integer = integer->get();
  } else if (const auto* number = node.as_floating_point()) {
    value.kind = TomlKind::Float;
    value.number = number->get();
  } else if (const auto* boolean = node.as_boolean()) {
    value.kind = TomlKind::Boolean;
    value.boolean = boolean->get();
  } else {
    value.kind = TomlKind::Date;
  }
  return value;
}

// The library says "Error while parsing key-value pair: cannot redefine existing integer 'a'".
std::string explain(std::string_view description) {
  constexpr std::string_view kPrefix = "Error while parsing ";
  if (description.starts_with(kPrefix))
    description.remove_prefix(kPrefix.size());
  if (description.find("cannot redefine existing") != std::string_view::npos) {
    const std::size_t from = description.find('\''), to = description.rfind('\'');
    if (from < to && to != std::string_view::npos)
      return fmt::format("{} is already set above",
                         escape_control(description.substr(from + 1, to - from - 1)));
  }
  return "not valid TOML: " + escape_control(description);
}

std::string_view name_of(TomlKind kind) {
  switch (kind) {
    case TomlKind::String:
      return "text";
    case TomlKind::Integer:
      return "an integer";
    case TomlKind::Float:
      return "a number with a fraction";
    case TomlKind::Boolean:
      return "a boolean";
    case TomlKind::Date:
      return "a date or time";
    case TomlKind::Array:
      return "an array";
    case TomlKind::Table:
      return "a table";
  }
  return "";
}

}  // namespace

Result<TomlDocument> parse_toml(std::string_view text, std::string_view file) {
  TomlDocument document{.file = std::make_unique<const std::string>(escape_control(file))};
  const toml::parse_result parsed = toml::parse(text);
  if (!parsed) {
    const toml::parse_error& error = parsed.error();
    const auto [line, column] = position(error.source().begin);
    return fail(
        {.step = fmt::format("{}:{}:{}: {}", *document.file, line, column, explain(error.description()))});
  }
  document.root = convert(parsed.table(), {.file = document.file.get()});
  return document;
}

const TomlValue* TomlValue::find(std::string_view name) const {
  const auto found = std::ranges::find(items, name, &TomlValue::key);
  return found == items.end() ? nullptr : &*found;
}

std::string TomlValue::where() const {
  return fmt::format("{}:{}:{}: {}", *file, at.line, at.column, path);
}

tl::unexpected<Error> TomlValue::error(std::string_view message) const {
  return fail({.step = fmt::format("{}: {}", where(), message)});
}

Status TomlValue::expect(TomlKind wanted, std::string_view expected) const {
  if (kind != wanted)
    return error(fmt::format("expected {}, found {}", expected, name_of(kind)));
  return {};
}

Result<std::string_view> TomlValue::as_string(std::string_view expected) const {
  if (auto status = expect(TomlKind::String, expected); !status)
    return tl::unexpected{status.error()};
  if (string.find('\0') != std::string::npos)
    return error("has a NUL character in it");
  return string;
}

Result<bool> TomlValue::as_boolean() const {
  if (auto status = expect(TomlKind::Boolean, "true or false"); !status)
    return tl::unexpected{status.error()};
  return boolean;
}

Result<std::int64_t> TomlValue::as_integer(std::int64_t min, std::int64_t max) const {
  if (auto status = expect(TomlKind::Integer, "a whole number"); !status)
    return tl::unexpected{status.error()};
  if (integer < min || integer > max)
    return error(fmt::format("{} is not between {} and {}", integer, min, max));
  return integer;
}

Result<double> TomlValue::as_number(std::string_view expected) const {
  if (kind == TomlKind::Integer)
    return static_cast<double>(integer);
  if (auto status = expect(TomlKind::Float, expected); !status)
    return tl::unexpected{status.error()};
  return number;
}

Result<std::vector<std::string>> TomlValue::as_strings() const {
  if (auto status = expect(TomlKind::Array, "an array of texts"); !status)
    return tl::unexpected{status.error()};
  std::vector<std::string> strings;
  for (const TomlValue& item : items) {
    const auto text = item.as_string();
    if (!text)
      return tl::unexpected{text.error()};
    strings.emplace_back(*text);
  }
  return strings;
}

tl::unexpected<Error> unknown_toml_key(const TomlValue& entry, std::span<const std::string_view> known) {
  std::string text = fmt::format("{}:{}:{}: unknown key \"{}\"", *entry.file, entry.key_at.line,
                                 entry.key_at.column, entry.path);
  const std::string_view meant = nearest(entry.key, known);
  std::string hint;
  if (!meant.empty())
    hint = fmt::format("did you mean \"{}\"?", meant);
  else
    for (const std::string_view name : known)
      hint += (hint.empty() ? "the keys here are " : ", ") + std::string{name};
  return fail({.step = std::move(text), .hint = std::move(hint)});
}

}  // namespace snug
