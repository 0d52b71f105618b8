// TOML with positions, and errors that carry them: every error's step starts "FILE:LINE:COLUMN: ". Only
// toml.cc knows the library behind it.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/try.h"

namespace snug {

enum class TomlKind { String, Integer, Float, Boolean, Date, Array, Table };

struct TomlPosition {
  unsigned line{};
  unsigned column{};
  bool operator==(const TomlPosition&) const = default;
};

// One value with its key. Tables and arrays have `items`, in the order of the file.
struct TomlValue {
  TomlKind kind{TomlKind::Table};
  std::string key{};  // within its table; "" in an array
  std::string
      path{};  // from the root, for messages: "limits.memory", "mount[2].target" (from 1, as people count)
  TomlPosition key_at{};
  TomlPosition at{};
  const std::string* file{};  // borrowed from the document; safe to print

  std::string string{};
  std::int64_t integer{};
  double number{};
  bool boolean{};
  std::vector<TomlValue> items{};

  const TomlValue* find(std::string_view name) const;

  // "dev.toml:3:10: limits.memory", where a message starts.
  std::string where() const;
  tl::unexpected<Error> error(std::string_view message) const;

  // The value, where it has that type. `expected` completes "expected …", such as "a size such as \"2G\"". A
  // string with a NUL is refused: it would end early wherever the kernel reads it.
  Result<std::string_view> as_string(std::string_view expected = "text in quotes") const;
  Result<bool> as_boolean() const;
  Result<std::int64_t> as_integer(std::int64_t min, std::int64_t max) const;
  Result<double> as_number(std::string_view expected = "a number") const;  // an integer will do
  Status expect(TomlKind wanted, std::string_view expected) const;

  // An array whose every element is a string.
  Result<std::vector<std::string>> as_strings() const;
};

struct TomlDocument {
  std::unique_ptr<const std::string> file{};  // on the heap, so that moving the document moves no name
  TomlValue root{};
};

// `file` is how errors name the text. Nothing is read from the disk.
Result<TomlDocument> parse_toml(std::string_view text, std::string_view file);

// What a table may have: a name, and what to do with its value. One constexpr array of these is the schema of
// one table.
template<class Context>
struct TomlKey {
  std::string_view name;
  Status (*read)(Context&, const TomlValue&);
};

// The error for a key that a table does not know, with a "did you mean".
tl::unexpected<Error> unknown_toml_key(const TomlValue& entry, std::span<const std::string_view> known);

// Reads every entry of a table in the order of the file; the first error ends it.
template<class Context, std::size_t N>
Status read_toml_table(const TomlValue& table, const TomlKey<Context> (&keys)[N], Context& context) {
  TRY(table.expect(TomlKind::Table, "a table"));
  for (const TomlValue& entry : table.items) {
    const TomlKey<Context>* known = nullptr;
    for (const TomlKey<Context>& key : keys)
      if (key.name == entry.key)
        known = &key;
    if (!known) {
      std::array<std::string_view, N> names{};
      for (std::size_t i = 0; i < N; ++i) names[i] = keys[i].name;
      return unknown_toml_key(entry, names);
    }
    TRY(known->read(context, entry));
  }
  return {};
}

}  // namespace snug
