#include "cli/show/spec_json.h"

#include <fmt/format.h>

#include "base/text.h"
#include "spec/schema.h"
#include "spec/settings.h"

namespace snug::cli {
namespace {

bool is_bare_key(std::string_view key) {
  return !key.empty() && key.find_first_not_of(
                             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                             "0123456789-_") == std::string_view::npos;
}

// What JSON leaves as it is and escape_control() does not (DEL, C1, bidirectional controls), in TOML's words.
std::string escape_for_toml(std::string_view json) {
  std::string text;
  for (std::size_t length = 1; !json.empty(); json.remove_prefix(length), length = 1) {
    while (length < json.size() && (json[length] & 0xC0) == 0x80) ++length;
    const std::string_view character = json.substr(0, length);
    const std::string safe = escape_control(character);
    if (safe == character)
      text += character;
    else  // "\x7f" or "\u{202e}"
      text += safe[1] == 'x' ? "\\u00" + safe.substr(2) : "\\u" + safe.substr(3, 4);
  }
  return text;
}

// JSON's strings, numbers and arrays are TOML's as well (control characters are escaped the same way); only
// tables differ.
std::string toml_value(const Json& value) {
  if (const auto* table = std::get_if<Json::Object>(&value.value)) {
    std::string text = "{";
    for (const auto& [key, member] : *table)
      text += fmt::format("{} {} = {}", text.size() > 1 ? "," : "", is_bare_key(key) ? key : toml_value(key),
                          toml_value(member));
    return text + " }";
  }
  if (const auto* array = std::get_if<Json::Array>(&value.value)) {
    std::string text = "[";
    for (const Json& item : *array) text += (text.size() > 1 ? ", " : "") + toml_value(item);
    return text + "]";
  }
  return escape_for_toml(compact_json(value));
}

}  // namespace

std::vector<ShownKey> shown_keys(const spec::Spec& spec) {
  std::vector<ShownKey> shown;
  spec::for_each_key([&](const spec::Section& section, const spec::Key& key) {
    if (key.in_profile() && key.value.show && spec::is_set(key.value.member, spec))
      shown.push_back({section.name, key.name, key.value.show(spec), spec::origin_text(key, spec)});
    if (section.name == "sets")  // a key for each
      for (const spec::HostSet& set : spec.sets)
        shown.push_back(
            {section.name, set.name, Json::Array{set.rules.begin(), set.rules.end()}, set.origin.text});
  });
  return shown;
}

Json spec_json(const spec::Spec& spec) {
  Json::Object root;
  for (ShownKey& shown : shown_keys(spec)) {
    Json entry = Json::Object{{"value", std::move(shown.value)}, {"origin", shown.origin}};
    if (shown.table.empty()) {
      root.emplace_back(shown.key, std::move(entry));
      continue;
    }
    if (root.empty() || root.back().first != shown.table)
      root.emplace_back(shown.table, Json::Object{});
    std::get<Json::Object>(root.back().second.value).emplace_back(shown.key, std::move(entry));
  }
  Json::Array mounts;
  for (const spec::Mount& mount : spec.mounts) {
    Json object = spec::mount_json(mount);
    std::get<Json::Object>(object.value).emplace_back("origin", mount.origin.text);
    mounts.push_back(std::move(object));
  }
  root.emplace_back("mount", std::move(mounts));
  return root;
}

Json::Object values_of(std::string_view name, const spec::Spec& spec) {
  Json::Object object;
  for (const spec::Key& key : spec::section(name).keys)
    if (key.value.plain)
      object.emplace_back(key.shown_name(), key.value.plain(spec));
  return object;
}

Json settings_json(const spec::Spec& spec) {
  Json::Object object;
  for (const spec::Section& section : spec::schema()) {
    Json::Object keys;
    for (const spec::Key& key : section.keys)
      if (key.value.plain)
        keys.emplace_back(key.shown_name(), spec::is_set(key.value.member, spec)
                                                ? Json{Json::Object{{"value", key.value.plain(spec)},
                                                                    {"origin", spec::origin_text(key, spec)}}}
                                                : Json{});
    if (section.name.empty())
      object = std::move(keys);
    else if (keys.size() == 1 && keys.front().first.empty())  // [sets] and [[mount]] are a value each
      object.emplace_back(section.name, std::move(keys.front().second));
    else
      object.emplace_back(section.name, std::move(keys));
  }
  return object;
}

std::string spec_toml(const spec::Spec& spec, Colour colour) {
  std::string text;
  std::string_view table;
  const auto line = [&](std::string_view key, const Json& value, std::string_view origin) {
    // What nobody has said is shown and stays unsaid when the text is used as a profile.
    const bool unsaid = origin == Origin{}.text;
    const std::string setting = fmt::format("{}{} = {}", unsaid ? "# " : "", key, toml_value(value));
    if (unsaid)
      text += paint(setting, Style::Dim, colour);
    else if (origin.empty())
      text += setting;
    else
      text += fmt::format("{:<40} {}", setting,
                          paint(fmt::format("# {}", escape_control(origin)), Style::Dim, colour));
    text += '\n';
  };
  for (const ShownKey& shown : shown_keys(spec)) {
    if (shown.table != table)
      text += fmt::format("\n{}\n", paint(fmt::format("[{}]", shown.table), Style::Bold, colour));
    table = shown.table;
    line(shown.key, shown.value, shown.origin);
  }
  for (const spec::Mount& mount : spec.mounts) {
    text += fmt::format("\n{}\n", paint("[[mount]]", Style::Bold, colour));
    const Json object = spec::mount_json(mount);
    for (const auto& [key, value] : std::get<Json::Object>(object.value))
      line(key, value, key == "type" ? mount.origin.text : "");
  }
  return text;
}

}  // namespace snug::cli
