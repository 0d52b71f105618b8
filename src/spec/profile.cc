#include "spec/profile.h"

#include <fmt/format.h>

#include "base/path.h"
#include "base/text.h"
#include "base/try.h"
#include "spec/profile_reader.h"
#include "spec/schema.h"

namespace snug::spec {
namespace {

Status read_extends(ProfileDraft& draft, const TomlValue& value) {
  auto text = value.as_string("the name of a profile");
  if (text && text->empty())
    return value.error("expected the name of a profile, found nothing");
  return assign(draft, value, draft.out.extends, std::move(text));
}

// `extends`, a key of the top, or a table.
Status read_entry(ProfileDraft& draft, const TomlValue& entry) {
  if (entry.key == "extends")
    return read_extends(draft, entry);
  for (const Key& key : section("").keys)
    if (key.in_profile() && key.name == entry.key)
      return key.value.read(draft, entry);
  std::vector<std::string_view> names{"extends"};
  for (const Key& key : section("").keys)
    if (key.in_profile())
      names.push_back(key.name);
  for (const Section& table : schema()) {
    if (table.name.empty())
      continue;
    if (table.name == entry.key)
      return table.read ? table.read(draft, entry) : read_keys(draft, entry, table.keys);
    names.push_back(table.name);
  }
  return unknown_toml_key(entry, names);
}

// The first line of the text where that is a comment.
std::string first_comment(std::string_view text) {
  if (!text.starts_with('#'))
    return "";
  std::string_view line = text.substr(1, text.find('\n') - 1);
  while (line.starts_with(' ') || line.starts_with('#')) line.remove_prefix(1);
  while (line.ends_with(' ') || line.ends_with('\r')) line.remove_suffix(1);
  return escape_control(line);
}

}  // namespace

Result<ProfileFile> parse_profile(std::string_view text, const ProfilePlace& place) {
  const auto document = TRY(parse_toml(text, place.file));
  ProfileDraft draft{.place = place, .origin_file = escape_control(file_name(place.file))};
  draft.out.description = first_comment(text);
  for (const TomlValue& entry : document.root.items) TRY(read_entry(draft, entry));
  return std::move(draft.out);
}

}  // namespace snug::spec
