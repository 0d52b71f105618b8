#include "spec/profile_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "base/try.h"
#include "base/units.h"
#include "spec/target.h"

namespace snug::spec {

Origin origin_of(const ProfileDraft& draft, const TomlValue& value) {
  return {fmt::format("{}:{}", draft.origin_file, value.at.line)};
}

Status read_keys(ProfileDraft& draft, const TomlValue& table, std::span<const Key> keys) {
  TRY(table.expect(TomlKind::Table, "a table"));
  for (const TomlValue& entry : table.items) {
    const auto known =
        std::ranges::find_if(keys, [&](const Key& key) { return key.in_profile() && key.name == entry.key; });
    if (known == keys.end()) {
      std::vector<std::string_view> names;
      for (const Key& key : keys)
        if (key.in_profile())
          names.push_back(key.name);
      return unknown_toml_key(entry, names);
    }
    TRY(known->value.read(draft, entry));
  }
  return {};
}

Result<std::uint64_t> read_size(const TomlValue& value, bool zero_is_fine) {
  const auto text = TRY(value.as_string("a size such as \"2G\""));
  const auto size = parse_size(text, value.where());
  if (size && *size == 0 && !zero_is_fine)
    return value.error("0 leaves no room at all; leave the key out for no limit");
  return size;
}

Result<std::uint64_t> read_duration(const TomlValue& value) {
  const auto text = TRY(value.as_string("a duration such as \"10m\""));
  const auto timeout = parse_duration_ms(text, value.where());
  if (timeout && *timeout == 0)
    return value.error("0 leaves no time at all; leave the key out for no timeout");
  return timeout;
}

Result<std::uint64_t> not_zero(Result<std::uint64_t> amount, std::string_view flag) {
  if (amount && *amount == 0)
    return fail({.step = fmt::format("{}: 0 leaves nothing at all", flag),
                 .hint = "leave it out for no limit of this kind"});
  return amount;
}

std::string size_text(std::uint64_t bytes) {
  constexpr const char* kUnits[] = {"", "K", "M", "G", "T"};
  unsigned unit = 0;
  while (bytes != 0 && bytes % 1024 == 0 && unit < 4) {
    bytes /= 1024;
    ++unit;
  }
  return fmt::format("{}{}", bytes, kUnits[unit]);
}

std::string duration_text(std::uint64_t ms) {
  if (ms % 1000 != 0)
    return fmt::format("{}ms", ms);
  return ms % 60000 == 0 ? fmt::format("{}m", ms / 60000) : fmt::format("{}s", ms / 1000);
}

Json texts_json(const std::vector<Setting<std::string>>& list) {
  Json::Array items;
  for (const auto& item : list) items.emplace_back(item.value);
  return items;
}

Status read_list(ProfileDraft& draft, const TomlValue& value, std::vector<Setting<std::string>>& to,
                 CheckText check) {
  TRY(value.expect(TomlKind::Array, "an array of texts"));
  for (const TomlValue& item : value.items) {
    const auto text = TRY(item.as_string());
    TRY(check(text, item.where()));
    to.push_back({.value = std::string{text}, .origin = origin_of(draft, item)});
  }
  return {};
}

Status put_list(const TypedFlag& typed, std::vector<Setting<std::string>>& to, CheckText check) {
  for (const std::string& text : typed.texts) {
    TRY(check(text, typed.name));
    to.push_back({.value = text, .origin = {typed.name}});
  }
  return {};
}

Status with_origin(Status status, const Origin& origin) {
  if (status)
    return status;
  return fail({.step = std::move(status.error().step),
               .origin = origin.text,
               .hint = std::move(status.error().hint)});
}

std::string profile_path(const ProfilePlace& place, std::string_view text) {
  if (text == "~" || text.starts_with("~/"))
    return host_path(place.home, text.size() > 2 ? text.substr(2) : ".");
  return host_path(place.directory, text);
}

tl::unexpected<Error> not_a_choice(const TomlValue& value, std::string_view text,
                                   std::span<const std::string_view> names) {
  std::string list;
  for (std::size_t i = 0; i < names.size(); ++i)
    list += fmt::format("{}{}", i == 0 ? "" : i + 1 == names.size() ? " or " : ", ", names[i]);
  auto error = value.error(fmt::format("\"{}\" is not {}", escape_control(text), list));
  if (const std::string_view meant = nearest(text, names); !meant.empty())
    error.value().hint = fmt::format("did you mean \"{}\"?", meant);
  return error;
}

}  // namespace snug::spec
