// What the readers of a profile's tables and of options share. Only spec/ includes it.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/enum_names.h"
#include "base/json.h"
#include "base/text.h"
#include "base/toml.h"
#include "base/try.h"
#include "spec/key.h"
#include "spec/profile.h"

namespace snug::spec {

// The profile while it is read.
struct ProfileDraft {
  ProfileFile out{};
  const ProfilePlace& place;
  std::string origin_file{};  // "dev.toml"

  Profile& profile() { return out.profile; }
};

Origin origin_of(const ProfileDraft& draft, const TomlValue& value);

template<class T, class V>
Status assign(const ProfileDraft& draft, const TomlValue& value, Maybe<T>& to, Result<V> read) {
  if (!read)
    return tl::unexpected{std::move(read).error()};
  to = Setting<T>{.value = T(*std::move(read)), .origin = origin_of(draft, value)};
  return {};
}

// The same for an option.
template<class T, class V>
Status assign(const TypedFlag& typed, Maybe<T>& to, Result<V> parsed) {
  if (!parsed)
    return tl::unexpected{std::move(parsed).error()};
  to = Setting<T>{.value = T(*std::move(parsed)), .origin = {typed.name}};
  return {};
}

// A table of keys: each entry by its key's reader, in the order of the file; the first error ends it.
Status read_keys(ProfileDraft& draft, const TomlValue& table, std::span<const Key> keys);

Result<std::uint64_t> read_size(const TomlValue& value, bool zero_is_fine);
Result<std::uint64_t> read_duration(const TomlValue& value);

// Zero would read as "no limit" to those who know docker.
Result<std::uint64_t> not_zero(Result<std::uint64_t> amount, std::string_view flag);

// As a profile writes them: a size with the largest unit that divides it.
std::string size_text(std::uint64_t bytes);
std::string duration_text(std::uint64_t ms);
Json texts_json(const std::vector<Setting<std::string>>& list);

// Whoever added to a list, each once in a row: "dev.toml:3, --allow".
template<class T>
std::string origins_text(const std::vector<T>& list) {
  std::vector<std::string> origins;
  for (const T& item : list)
    if (origins.empty() || origins.back() != item.origin.text)
      origins.push_back(item.origin.text);
  return join(origins, ", ");
}

// An array of texts, each with its own line as the origin. `check` answers what is wrong with one.
using CheckText = Status (*)(std::string_view text, std::string_view where);
Status read_list(ProfileDraft& draft, const TomlValue& value, std::vector<Setting<std::string>>& to,
                 CheckText check);
Status put_list(const TypedFlag& typed, std::vector<Setting<std::string>>& to, CheckText check);

// The error of a value of a Spec.
Status with_origin(Status status, const Origin& origin);

// A host path: absolute, "~/…", or relative to the profile's directory.
std::string profile_path(const ProfilePlace& place, std::string_view text);

tl::unexpected<Error> not_a_choice(const TomlValue& value, std::string_view text,
                                   std::span<const std::string_view> names);

// One of some names.
template<class Names>
auto read_choice(const TomlValue& value, const Names& choices) -> Result<decltype(choices[0].value)> {
  const auto text = TRY(value.as_string());
  std::vector<std::string_view> names;
  for (const auto& choice : choices) {
    if (choice.text == text)
      return choice.value;
    names.push_back(choice.text);
  }
  return not_a_choice(value, text, names);
}

template<HasEnumNames T>
Result<T> read_name(const TomlValue& value) {
  return read_choice(value, EnumNames<T>::kAll);
}

// Tables that are no plain tables of keys.
Status read_mounts(ProfileDraft& draft, const TomlValue& value);
Status read_sets(ProfileDraft& draft, const TomlValue& value);

}  // namespace snug::spec
