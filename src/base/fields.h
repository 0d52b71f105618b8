// Structs to JSON and back, strictly. A struct says its members once:
//
//   template<>
//   struct Fields<RestartPolicy> {
//     static void visit(auto& field, auto& s) { field("when", s.when), field("most", s.most); }
//   };
//
// and is written and read by that one list, so that the two cannot differ.
//
// A member that is added later needs no more than its place in the list and its default in the struct: a file
// of an older version, which lacks it, is read with the default (base/file_format.h has the rule).
#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/enum_names.h"
#include "base/json.h"
#include "base/result.h"

namespace snug {

template<class T>
struct Fields;

// Bytes that JSON can say as they are, others (a path may have any) as {"hex": "ff00"}.
Json encode_text(const std::string& text);

// Declared first: none of them is found by the namespace of its argument.
template<class T>
Json encode(const T& value);
template<class T>
Json encode(const std::vector<T>& items);
template<class T>
Json encode(const std::optional<T>& value);

struct FieldWriter {
  Json::Object members{};
  template<class T>
  void operator()(std::string_view name, const T& value) {
    members.emplace_back(std::string{name}, encode(value));
  }
};

template<class T>
Json encode(const std::vector<T>& items) {
  Json::Array array;
  array.reserve(items.size());
  for (const T& item : items) array.push_back(encode(item));
  return array;
}
template<class T>
Json encode(const std::optional<T>& value) {
  return value ? encode(*value) : Json{};
}
template<class T>
Json encode(const T& value) {
  if constexpr (std::same_as<T, bool> || std::same_as<T, double>) {
    return value;
  } else if constexpr (std::same_as<T, std::string>) {
    return encode_text(value);
  } else if constexpr (HasEnumNames<T>) {
    return std::string{enum_name(value)};
  } else if constexpr (std::integral<T>) {
    // Times, ids, signals and statuses: none is ever negative, and a pid of -1 would be everybody's.
    return static_cast<std::uint64_t>(std::max<T>(value, 0));
  } else {
    FieldWriter writer;
    Fields<T>::visit(writer, value);
    return std::move(writer.members);
  }
}

// Whose members are read. Own: of this snug's own version; one that is missing or unknown is an error. Older:
// one that is missing takes the default that the struct gives it, and an unknown one is passed over.
enum class Members { Own, Older };

// Reads values, and keeps where it is for the one error that it makes.
class FieldReader {
 public:
  // "what: mounts[].target: is not text"; `what` must outlive it.
  FieldReader(std::string_view what, Members members) : what_{what}, members_{members} {}

  template<class T>
  Result<T> read(const Json& json) {
    T value{};
    if (!decode(json, value))
      return fail(error_);
    return value;
  }

 private:
  // One object's members. They nearly always come in the order in which they are wanted.
  struct ObjectReader {
    FieldReader& reader;
    const Json::Object& members;
    std::size_t used{};  // members that were read, and so the place of the next
    bool good{true};
    template<class T>
    void operator()(std::string_view name, T& value) {
      if (!good)
        return;
      reader.path_.push_back(name);
      const Json* json = reader.find(members, name, used);
      if (json)
        good = reader.decode(*json, value), ++used;
      else if (reader.members_ == Members::Own)
        good = reader.refuse("is missing");
      reader.path_.pop_back();
    }
  };
  struct Names {
    std::vector<std::string_view> names{};
    void operator()(std::string_view name, const auto&) { names.push_back(name); }
  };

  template<class T>
  bool decode(const Json& json, std::optional<T>& value) {
    if (std::holds_alternative<std::nullptr_t>(json.value)) {
      value.reset();
      return true;
    }
    return decode(json, value.emplace());
  }
  template<class T>
  bool decode(const Json& json, std::vector<T>& items) {
    const auto* array = std::get_if<Json::Array>(&json.value);
    if (!array)
      return refuse("is not an array");
    path_.push_back("[]");
    items.reserve(array->size());
    for (const Json& item : *array)
      if (!decode(item, items.emplace_back()))
        return false;
    path_.pop_back();
    return true;
  }
  bool decode(const Json& json, std::string& text);
  bool decode(const Json& json, bool& value);
  bool decode(const Json& json, double& value);
  template<class T>
  bool decode(const Json& json, T& value) {
    if constexpr (HasEnumNames<T>) {
      const auto* text = std::get_if<std::string>(&json.value);
      const auto known = text ? from_enum_name<T>(*text) : std::nullopt;
      if (known)
        value = *known;
      return known || refuse("is none of its words");
    } else if constexpr (std::integral<T>) {
      const auto* number = std::get_if<std::uint64_t>(&json.value);
      if (!number)
        return refuse("is not a whole number");
      if (*number > static_cast<std::uint64_t>(std::numeric_limits<T>::max()))
        return refuse("is out of range");
      value = static_cast<T>(*number);
      return true;
    } else {
      const auto* object = std::get_if<Json::Object>(&json.value);
      if (!object)
        return refuse("is not an object");
      ObjectReader members{*this, *object};
      Fields<T>::visit(members, value);
      if (!members.good || members.used == object->size() || members_ == Members::Older)
        return members.good;
      Names known;
      Fields<T>::visit(known, value);
      return refuse_unknown(*object, known.names);
    }
  }

  static const Json* find(const Json::Object& members, std::string_view name, std::size_t likely);
  bool refuse(std::string_view why);
  bool refuse_unknown(const Json::Object& members, const std::vector<std::string_view>& known);

  std::string_view what_;
  Members members_;
  std::vector<std::string_view> path_{};
  Error error_{};
};

}  // namespace snug
