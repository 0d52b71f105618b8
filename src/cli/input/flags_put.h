// How one typed value gets into a layer of wishes; for flags_*.cc only.
#pragma once

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/text.h"
#include "spec/settings.h"
#include "spec/words.h"

namespace snug {

using Typed = std::optional<std::string>;

// The functions below put one typed value into the layer. All have this shape, so that the layer reads as a
// list.
template<class T, class V>
Status keep(Result<V> parsed, std::string_view flag, Maybe<T>& to) {
  if (!parsed)
    return tl::unexpected{parsed.error()};
  to = Setting<T>{.value = T(*std::move(parsed)), .origin = {std::string{flag}}};
  return {};
}

template<HasEnumNames T>
Status put_word(const Typed& typed, std::string_view flag, Maybe<T>& to) {
  if (!typed)
    return {};
  if (const auto value = from_enum_name<T>(*typed))
    return keep(Result<T>{*value}, flag, to);
  return fail({.step = fmt::format("{}: \"{}\" is not a choice", flag, escape_control(*typed))});
}

inline void put_switch(const std::optional<bool>& typed, std::string_view flag, Maybe<bool>& to) {
  if (typed)
    to = {.value = *typed, .origin = {std::string{flag}}};
}

// Zero would read as "no limit" to those who know docker.
template<class Parse>
Status put_amount(const Typed& typed, std::string_view flag, Parse parse, Maybe<std::uint64_t>& to) {
  if (!typed)
    return {};
  const Result<std::uint64_t> amount = parse(*typed, flag);
  if (amount && *amount == 0)
    return fail({.step = fmt::format("{}: 0 leaves nothing at all", flag),
                 .hint = "leave it out for no limit of this kind"});
  return keep(amount, flag, to);
}

using CheckText = Status (*)(std::string_view text, std::string_view what);
inline Status put_list(const std::vector<std::string>& typed, std::string_view flag, CheckText check,
                       std::vector<Setting<std::string>>& to) {
  for (const std::string& text : typed) {
    if (auto status = check(text, flag); !status)
      return status;
    to.push_back({.value = text, .origin = {std::string{flag}}});
  }
  return {};
}

}  // namespace snug
