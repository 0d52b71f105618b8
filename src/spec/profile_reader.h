// What the readers of a profile's tables share. Only profile*.cc include it.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/toml.h"
#include "spec/profile.h"

namespace snug {

// The profile while it is read.
struct Draft {
  ProfileFile out{};
  const ProfilePlace& place;
  std::string origin_file{};  // "dev.toml"

  Profile& profile() { return out.profile; }
};

using ProfileKey = TomlKey<Draft>;

Origin origin_of(const Draft& draft, const TomlValue& value);

template<class T>
struct Choice {
  std::string_view name;
  T value;
};

template<class T, class V>
Status keep(const Draft& draft, const TomlValue& value, Maybe<T>& to, Result<V> read) {
  if (!read)
    return tl::unexpected{read.error()};
  to = Setting<T>{.value = T(*std::move(read)), .origin = origin_of(draft, value)};
  return {};
}

Status read_boolean(Draft& draft, const TomlValue& value, Maybe<bool>& to);
Status read_integer(Draft& draft, const TomlValue& value, Maybe<std::uint64_t>& to, std::int64_t min,
                    std::int64_t max);

// "2G". Zero is refused unless `zero_is_fine`: it would read as "no limit" to those who know docker.
enum class Zero { Refused, Allowed };
Status read_size(Draft& draft, const TomlValue& value, Maybe<std::uint64_t>& to, Zero zero);

// An array of texts, each with its own line as the origin. `check` answers what is wrong with one.
using CheckText = Status (*)(std::string_view text, std::string_view where);
Status read_list(Draft& draft, const TomlValue& value, std::vector<Setting<std::string>>& to,
                 CheckText check);

// A host path: absolute, "~/…", or relative to the profile's directory.
std::string profile_path(const ProfilePlace& place, std::string_view text);

tl::unexpected<Error> not_a_choice(const TomlValue& value, std::string_view text,
                                   std::span<const std::string_view> names);

template<class T, std::size_t N>
Result<T> parse_choice(const TomlValue& value, const Choice<T> (&choices)[N]) {
  const auto text = value.as_string();
  if (!text)
    return tl::unexpected{text.error()};
  std::array<std::string_view, N> names{};
  for (std::size_t i = 0; i < N; ++i) {
    if (choices[i].name == *text)
      return choices[i].value;
    names[i] = choices[i].name;
  }
  return not_a_choice(value, *text, names);
}

template<class T, std::size_t N>
Status read_choice(Draft& draft, const TomlValue& value, Maybe<T>& to, const Choice<T> (&choices)[N]) {
  return keep(draft, value, to, parse_choice(value, choices));
}

// One for each table of the schema.
Status read_env(Draft& draft, const TomlValue& value);
Status read_user(Draft& draft, const TomlValue& value);
Status read_rootfs(Draft& draft, const TomlValue& value);
Status read_mounts(Draft& draft, const TomlValue& value);
Status read_limits(Draft& draft, const TomlValue& value);
Status read_network(Draft& draft, const TomlValue& value);
Status read_allow(Draft& draft, const TomlValue& value);  // network.allow
Status read_sets(Draft& draft, const TomlValue& value);
Status read_security(Draft& draft, const TomlValue& value);
Status read_share(Draft& draft, const TomlValue& value);

}  // namespace snug
