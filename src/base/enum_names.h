// The names of an enumeration's values: one table for each, for profiles, flags, listings and files on disk.
#pragma once

#include <optional>
#include <string_view>

namespace snug {

template<class T>
struct EnumName {
  std::string_view text;
  T value;
};

// EnumNames<T>::kAll lists every value of T. Other modules add their own.
template<class T>
struct EnumNames;

template<class T>
concept HasEnumNames = requires {
  EnumNames<T>::kAll;
};

template<HasEnumNames T>
constexpr std::string_view enum_name(T value) {
  for (const EnumName<T>& known : EnumNames<T>::kAll)
    if (known.value == value)
      return known.text;
  return "?";
}

template<HasEnumNames T>
constexpr std::optional<T> from_enum_name(std::string_view text) {
  for (const EnumName<T>& known : EnumNames<T>::kAll)
    if (known.text == text)
      return known.value;
  return std::nullopt;
}

}  // namespace snug
