// All that a sandbox may be told, section by section. A key is added in two places: its member in settings.h,
// and its row in the section's file (limits_schema.cc and so on). docs/architecture.md has the recipe.
#pragma once

#include <span>
#include <string_view>

#include "spec/key.h"

namespace snug::spec {

// In the order in which `snug profile show` has them.
std::span<const Section> schema();

const Section& section(std::string_view name);  // one that there is

// Calls visit(section, key) for every row.
template<class Visit>
void for_each_key(Visit&& visit) {
  for (const Section& each : schema())
    for (const Key& key : each.keys) visit(each, key);
}

// The value of a row in a Spec or a Profile.
auto& value_at(const auto& at, Spec& spec) {
  return spec.*at.spec;
}
const auto& value_at(const auto& at, const Spec& spec) {
  return spec.*at.spec;
}
auto& value_at(const auto& at, Profile& profile) {
  return profile.*at.profile;
}
const auto& value_at(const auto& at, const Profile& profile) {
  return profile.*at.profile;
}

// Calls visit(value in each of the objects…) for every row.
template<class Visit, class... S>
void for_each_setting(Visit&& visit, S&&... objects) {
  for_each_key([&](const Section&, const Key& key) {
    std::visit([&](const auto& at) { visit(value_at(at, objects)...); }, key.value.member);
  });
}

// Of the rows that have an option of this name. Both null where none has.
struct FoundFlag {
  const Key* key{};
  const Flag* flag{};
};
FoundFlag find_flag(std::string_view name);

// "limits.memory", as errors name a key.
std::string key_path(const Section& section, const Key& key);

// One mount as a [[mount]] of a profile, and what such a table may have.
Json mount_json(const Mount& mount);
std::span<const std::string_view> mount_table_names();

// The sections, each in a file of its own.
std::span<const Key> top_keys();
std::span<const Key> env_keys();
std::span<const Key> user_keys();
std::span<const Key> rootfs_keys();
std::span<const Key> mount_keys();
std::span<const Key> limit_keys();
std::span<const Key> network_keys();
std::span<const Key> set_keys();
std::span<const Key> security_keys();
std::span<const Key> share_keys();

}  // namespace snug::spec
