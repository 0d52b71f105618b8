#include "spec/profile_reader.h"

#include <fmt/format.h>

#include "base/text.h"
#include "base/units.h"
#include "spec/target.h"

namespace snug {

Origin origin_of(const Draft& draft, const TomlValue& value) {
  return {fmt::format("{}:{}", draft.origin_file, value.at.line)};
}

Status read_boolean(Draft& draft, const TomlValue& value, Maybe<bool>& to) {
  return keep(draft, value, to, value.as_boolean());
}

Status read_integer(Draft& draft, const TomlValue& value, Maybe<std::uint64_t>& to, std::int64_t min,
                    std::int64_t max) {
  return keep(draft, value, to, value.as_integer(min, max));
}

Status read_size(Draft& draft, const TomlValue& value, Maybe<std::uint64_t>& to, Zero zero) {
  const auto text = value.as_string("a size such as \"2G\"");
  if (!text)
    return tl::unexpected{text.error()};
  const auto size = parse_size(*text, value.where());
  if (size && *size == 0 && zero == Zero::Refused)
    return value.error("0 leaves no room at all; leave the key out for no limit");
  return keep(draft, value, to, size);
}

Status read_list(Draft& draft, const TomlValue& value, std::vector<Setting<std::string>>& to,
                 CheckText check) {
  if (auto status = value.expect(TomlKind::Array, "an array of texts"); !status)
    return status;
  for (const TomlValue& item : value.items) {
    const auto text = item.as_string();
    if (!text)
      return tl::unexpected{text.error()};
    if (auto status = check(*text, item.where()); !status)
      return status;
    to.push_back({.value = std::string{*text}, .origin = origin_of(draft, item)});
  }
  return {};
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

}  // namespace snug
