// [env], [user] and [rootfs].
#include <fmt/format.h>

#include "base/text.h"
#include "spec/env_file.h"
#include "spec/profile_reader.h"
#include "spec/run_as.h"

namespace snug {
namespace {

constexpr Choice<Toggle> kToggles[] = {{"auto", Toggle::Auto}, {"on", Toggle::On}, {"off", Toggle::Off}};
constexpr Choice<IdMode> kIds[] = {{"single", IdMode::Single}, {"range", IdMode::Range}};
constexpr Choice<OverlayDriver> kOverlays[] = {
    {"auto", OverlayDriver::Auto}, {"native", OverlayDriver::Native}, {"fuse", OverlayDriver::Fuse}};
constexpr Choice<Writable> kWritables[] = {
    {"auto", Writable::Auto}, {"tmpfs", Writable::Tmpfs}, {"disk", Writable::Disk}, {"none", Writable::None}};

Status check_env_name(std::string_view name, std::string_view where) {
  if (const auto problem = env_name_problem(name))
    return fail(
        {.step = fmt::format("{}: the variable name \"{}\" {}", where, escape_control(name), *problem)});
  return {};
}

Status read_env_pass(Draft& draft, const TomlValue& value) {
  return read_list(draft, value, draft.profile().env_pass, check_env_name);
}

Status read_env_set(Draft& draft, const TomlValue& value) {
  if (auto status = value.expect(TomlKind::Table, "a table such as { CC = \"clang\" }"); !status)
    return status;
  for (const TomlValue& item : value.items) {
    if (auto status = check_env_name(item.key, item.where()); !status)
      return status;
    const auto text = item.as_string();
    if (!text)
      return tl::unexpected{text.error()};
    draft.profile().env_set.push_back(
        {.name = item.key, .value = std::string{*text}, .origin = origin_of(draft, item)});
  }
  return {};
}

Status read_run_as(Draft& draft, const TomlValue& value) {
  const auto text = value.as_string("auto, root, self, \"UID[:GID]\" or a user's name");
  if (!text)
    return tl::unexpected{text.error()};
  return keep(draft, value, draft.profile().run_as, parse_run_as(*text, value.where()));
}

// fake-root = true reads so naturally that it is taken for "on".
Status read_fake_root(Draft& draft, const TomlValue& value) {
  if (value.kind == TomlKind::Boolean)
    return keep(draft, value, draft.profile().fake_root,
                Result<Toggle>{value.boolean ? Toggle::On : Toggle::Off});
  return read_choice(draft, value, draft.profile().fake_root, kToggles);
}

constexpr ProfileKey kEnv[] = {{"pass", read_env_pass}, {"set", read_env_set}};

constexpr ProfileKey kUser[] = {
    {"run-as", read_run_as},
    {"ids", [](Draft& d, const TomlValue& v) { return read_choice(d, v, d.profile().ids, kIds); }},
    {"fake-root", read_fake_root},
};

constexpr ProfileKey kRootfs[] = {
    {"overlay",
     [](Draft& d, const TomlValue& v) { return read_choice(d, v, d.profile().overlay, kOverlays); }},
    {"writable",
     [](Draft& d, const TomlValue& v) { return read_choice(d, v, d.profile().writable, kWritables); }},
    {"size",
     [](Draft& d, const TomlValue& v) { return read_size(d, v, d.profile().rootfs_size, Zero::Refused); }},
};

}  // namespace

Status read_env(Draft& draft, const TomlValue& value) {
  return read_toml_table(value, kEnv, draft);
}

Status read_user(Draft& draft, const TomlValue& value) {
  return read_toml_table(value, kUser, draft);
}

Status read_rootfs(Draft& draft, const TomlValue& value) {
  return read_toml_table(value, kRootfs, draft);
}

}  // namespace snug
