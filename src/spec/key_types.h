// The types that values of keys have: how one is read from a profile and from the text of an option, and how
// it is shown. Only the files of sections (*_schema.cc) include it.
#pragma once

#include <fmt/format.h>

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "base/units.h"
#include "spec/enum_names.h"
#include "spec/key.h"
#include "spec/profile_reader.h"
#include "spec/settings.h"

namespace snug::spec {

// true or false.
struct Switch {
  static Result<bool> read(const TomlValue& value, const ProfilePlace&) { return value.as_boolean(); }
  static Result<bool> parse(const std::string& text, std::string_view) { return text == "true"; }
  static Json show(bool value) { return value; }
};

// "2G". Zero is refused unless the key says otherwise: it would read as "no limit" to those who know docker.
enum class Zero { Refused, Allowed };
template<Zero zero = Zero::Refused>
struct Size {
  static Result<std::uint64_t> read(const TomlValue& value, const ProfilePlace&) {
    return read_size(value, zero == Zero::Allowed);
  }
  static Result<std::uint64_t> parse(const std::string& text, std::string_view flag) {
    return not_zero(parse_size(text, flag), flag);
  }
  static Json show(std::uint64_t bytes) { return size_text(bytes); }
  static Json plain(std::uint64_t bytes) { return bytes; }
};

// A whole number.
template<std::int64_t least, std::int64_t most>
struct Count {
  static Result<std::uint64_t> read(const TomlValue& value, const ProfilePlace&) {
    return value.as_integer(least, most).map([](std::int64_t n) { return static_cast<std::uint64_t>(n); });
  }
  static Result<std::uint64_t> parse(const std::string& text, std::string_view flag) {
    return not_zero(parse_number(text, flag, most), flag);
  }
  static Json show(std::uint64_t number) { return number; }
};

// "10m", kept in milliseconds.
struct Duration {
  static Result<std::uint64_t> read(const TomlValue& value, const ProfilePlace&) {
    return read_duration(value);
  }
  static Result<std::uint64_t> parse(const std::string& text, std::string_view flag) {
    return not_zero(parse_duration_ms(text, flag), flag);
  }
  static Json show(std::uint64_t ms) { return duration_text(ms); }
};

// One of the names of an enumeration (enum_names.h).
template<HasEnumNames T>
struct OneOf {
  static Result<T> read(const TomlValue& value, const ProfilePlace&) { return read_name<T>(value); }
  static Result<T> parse(const std::string& text, std::string_view flag) {
    if (const auto value = from_enum_name<T>(text))
      return *value;
    return fail({.step = fmt::format("{}: \"{}\" is not a choice", flag, escape_control(text))});
  }
  static Json show(T value) { return std::string{enum_name(value)}; }
};

// Type::read, Type::parse and Type::show as functions of one member.
template<class Type, auto InProfile>
Status read_value(ProfileDraft& draft, const TomlValue& value) {
  return assign(draft, value, draft.profile().*InProfile, Type::read(value, draft.place));
}

template<class Type, auto InProfile>
Status put_value(const TypedFlag& typed, Profile& layer) {
  return assign(typed, layer.*InProfile, Type::parse(typed.last(), typed.name));
}

template<auto InSpec, class Show>
Json show_member(const Spec& spec, Show show) {
  const auto& setting = spec.*InSpec;
  if constexpr (requires { setting.origin; })
    return show(setting.value);
  else
    return setting ? show(setting->value) : Json{};
}

template<class Type, auto InSpec>
Json show_value(const Spec& spec) {
  return show_member<InSpec>(spec, [](const auto& value) { return Type::show(value); });
}

template<class Type, auto InSpec>
Json plain_value(const Spec& spec) {
  return show_member<InSpec>(spec, [](const auto& value) { return Type::plain(value); });
}

template<class Type, auto InSpec>
Status check_value(const Spec& spec, std::string_view what) {
  const auto& setting = spec.*InSpec;
  return setting ? with_origin(Type::check(setting->value, what), setting->origin) : Status{};
}

// A key with one value.
template<class Type, auto InProfile, auto InSpec>
constexpr KeyValue held() {
  KeyValue value{.member = member_of(InProfile, InSpec), .show = show_value<Type, InSpec>};
  if constexpr (requires(TomlValue toml, ProfilePlace place) { Type::read(toml, place); })
    value.read = read_value<Type, InProfile>;
  if constexpr (requires(std::string text) { Type::parse(text, text); })
    value.put = put_value<Type, InProfile>;
  if constexpr (requires { Type::plain; })
    value.plain = plain_value<Type, InSpec>;
  else
    value.plain = value.show;
  if constexpr (requires { Type::check; })
    value.check = check_value<Type, InSpec>;
  return value;
}

// A list of texts, each of which `check` may refuse.
template<CheckText check, auto InProfile>
Status read_texts(ProfileDraft& draft, const TomlValue& value) {
  return read_list(draft, value, draft.profile().*InProfile, check);
}

template<CheckText check, auto InProfile>
Status put_texts(const TypedFlag& typed, Profile& layer) {
  return put_list(typed, layer.*InProfile, check);
}

template<auto InSpec>
Json show_texts(const Spec& spec) {
  return texts_json(spec.*InSpec);
}

template<CheckText check, auto InSpec>
Status check_texts(const Spec& spec, std::string_view what) {
  for (const Setting<std::string>& item : spec.*InSpec)
    if (Status status = check(item.value, what); !status)
      return with_origin(std::move(status), item.origin);
  return {};
}

template<CheckText check, auto InProfile, auto InSpec>
constexpr KeyValue listed() {
  return {.member = member_of(InProfile, InSpec),
          .read = read_texts<check, InProfile>,
          .put = put_texts<check, InProfile>,
          .show = show_texts<InSpec>,
          .plain = show_texts<InSpec>,
          .check = check_texts<check, InSpec>};
}

// A check for listed() from a parser whose value is not kept.
template<auto Parse>
Status check_by(std::string_view text, std::string_view what) {
  return Parse(text, what).map([](const auto&) {});
}

// What no profile has and nothing shows by itself: it is merged, and stands in the record of a container.
template<auto InProfile, auto InSpec>
constexpr KeyValue kept() {
  return {.member = member_of(InProfile, InSpec)};
}

}  // namespace snug::spec
