#include "spec/schema.h"

#include <algorithm>

#include "base/text.h"
#include "spec/profile_reader.h"
#include "spec/settings.h"

namespace snug::spec {
namespace {

template<class T>
bool is_accumulated(const Accumulated<T>&) {
  return true;
}
bool is_accumulated(const auto&) {
  return false;
}

template<class T>
bool has_value(const Setting<T>&) {
  return true;
}
bool has_value(const Setting<std::string>& setting) {
  return !setting.value.empty();
}
template<class T>
bool has_value(const Maybe<T>& setting) {
  return setting.has_value();
}
template<class T>
bool has_value(const std::vector<T>& list) {
  return !list.empty();
}

template<class T>
std::string text_of_origin(const Setting<T>& setting) {
  return setting.origin.text;
}
template<class T>
std::string text_of_origin(const Maybe<T>& setting) {
  return setting ? setting->origin.text : std::string{};
}
template<class T>
std::string text_of_origin(const std::vector<T>& list) {
  return origins_text(list);
}

}  // namespace

bool Key::is_list() const {
  return std::visit([](const auto& member) { return is_accumulated(member); }, value.member);
}

bool is_set(const Member& member, const Spec& spec) {
  return std::visit([&](const auto& at) { return has_value(spec.*at.spec); }, member);
}

std::string origin_text(const Key& key, const Spec& spec) {
  if (key.value.origin)
    return key.value.origin(spec);
  return std::visit([&](const auto& at) { return text_of_origin(spec.*at.spec); }, key.value.member);
}

std::span<const Section> schema() {
  static const Section sections[] = {
      {.name = "", .keys = top_keys()},
      {.name = "env", .keys = env_keys()},
      {.name = "user", .keys = user_keys()},
      {.name = "rootfs", .keys = rootfs_keys()},
      {.name = "limits", .keys = limit_keys()},
      {.name = "network", .keys = network_keys()},
      {.name = "sets", .keys = set_keys(), .read = read_sets},
      {.name = "security", .keys = security_keys()},
      {.name = "share", .keys = share_keys()},
      {.name = "mount", .keys = mount_keys(), .read = read_mounts},
  };
  return sections;
}

const Section& section(std::string_view name) {
  return *std::ranges::find(schema(), name, &Section::name);
}

FoundFlag find_flag(std::string_view name) {
  for (const Section& each : schema())
    for (const Key& key : each.keys)
      for (const Flag& flag : key.options())
        if (flag.name == name)
          return {&key, &flag};
  return {};
}

std::string key_path(const Section& section, const Key& key) {
  return section.name.empty() ? std::string{key.name}
                              : std::string{section.name} + "." + std::string{key.name};
}

}  // namespace snug::spec
