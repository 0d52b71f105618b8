// [[mount]].
#include <fmt/format.h>

#include <algorithm>

#include "base/units.h"
#include "spec/profile_reader.h"
#include "spec/target.h"
#include "spec/volume.h"

namespace snug {
namespace {

constexpr Choice<MountType> kTypes[] = {
    {"bind", MountType::Bind}, {"cow", MountType::Cow}, {"tmpfs", MountType::Tmpfs}};
constexpr Choice<Access> kAccesses[] = {{"ro", Access::ReadOnly}, {"rw", Access::ReadWrite}};

// One [[mount]] while it is read: which keys it has, to check them against its type once all are known.
struct MountDraft {
  const ProfilePlace& place;
  Mount mount{};
  const TomlValue* source{};
  const TomlValue* target{};
  const TomlValue* access{};
  const TomlValue* tmpfs_only{};
};

Status read_type(MountDraft& draft, const TomlValue& value) {
  const auto type = parse_choice(value, kTypes);
  if (!type)
    return tl::unexpected{type.error()};
  draft.mount.type = *type;
  return {};
}

Status read_source(MountDraft& draft, const TomlValue& value) {
  const auto text = value.as_string("a path on the host");
  if (!text)
    return tl::unexpected{text.error()};
  if (text->empty())
    return value.error("expected a path on the host, found nothing");
  draft.source = &value;
  draft.mount.source = profile_path(draft.place, *text);
  return {};
}

Status read_target(MountDraft& draft, const TomlValue& value) {
  const auto text = value.as_string("a path inside the sandbox");
  if (!text)
    return tl::unexpected{text.error()};
  auto target = parse_target(*text, value.where());
  if (!target)
    return tl::unexpected{target.error()};
  draft.target = &value;
  draft.mount.target = *std::move(target);
  return {};
}

Status read_access(MountDraft& draft, const TomlValue& value) {
  const auto access = parse_choice(value, kAccesses);
  if (!access)
    return tl::unexpected{access.error()};
  draft.access = &value;
  draft.mount.access = *access;
  return {};
}

Status read_optional(MountDraft& draft, const TomlValue& value) {
  const auto optional = value.as_boolean();
  if (!optional)
    return tl::unexpected{optional.error()};
  draft.mount.missing = *optional ? Missing::Skip : Missing::Fail;
  return {};
}

Status read_tmpfs_size(MountDraft& draft, const TomlValue& value) {
  const auto text = value.as_string("a size such as \"64M\"");
  if (!text)
    return tl::unexpected{text.error()};
  const auto size = parse_size(*text, value.where());
  if (!size)
    return tl::unexpected{size.error()};
  if (*size == 0)
    return value.error("0 leaves no room at all; leave the key out for half of the memory");
  draft.tmpfs_only = &value;
  draft.mount.size = *size;
  return {};
}

Status read_tmpfs_mode(MountDraft& draft, const TomlValue& value) {
  const auto text = value.as_string("an octal mode in quotes such as \"1777\"");
  if (!text)
    return tl::unexpected{text.error()};
  const auto mode = parse_mode(*text, value.where());
  if (!mode)
    return tl::unexpected{mode.error()};
  draft.tmpfs_only = &value;
  draft.mount.mode = *mode;
  return {};
}

constexpr TomlKey<MountDraft> kMount[] = {
    {"type", read_type},       {"source", read_source},     {"target", read_target},
    {"access", read_access},   {"optional", read_optional}, {"size", read_tmpfs_size},
    {"mode", read_tmpfs_mode},
};

// What one key alone cannot tell.
Status check_mount(MountDraft& draft, const TomlValue& table) {
  const bool tmpfs = draft.mount.type == MountType::Tmpfs;
  if (!draft.target)
    return table.error("there is no target");
  if (!tmpfs && !draft.source)
    return table.error("there is no source");
  if (tmpfs && draft.source)
    return draft.source->error("a tmpfs has no source");
  if (!tmpfs && draft.tmpfs_only)
    return draft.tmpfs_only->error("is for type = \"tmpfs\"");
  if (draft.mount.type == MountType::Cow && draft.access && draft.mount.access == Access::ReadOnly)
    return draft.access->error("a cow mount is always writable; use type = \"bind\" to share read-only");
  // A bind is closed where nothing is said; the other two exist to be written to.
  if (!draft.access && draft.mount.type != MountType::Bind)
    draft.mount.access = Access::ReadWrite;
  return {};
}

}  // namespace

Status read_mounts(Draft& draft, const TomlValue& value) {
  if (auto status = value.expect(TomlKind::Array, "[[mount]]"); !status)
    return status;
  auto& mounts = draft.profile().mounts;
  for (const TomlValue& table : value.items) {
    MountDraft one{.place = draft.place};
    if (auto status = read_toml_table(table, kMount, one); !status)
      return status;
    if (auto status = check_mount(one, table); !status)
      return status;
    one.mount.origin = origin_of(draft, table);
    const auto same = std::ranges::find(mounts, one.mount.target, &Mount::target);
    if (same != mounts.end())
      return one.target->error(
          fmt::format("\"{}\" is already a target, at {}", one.target->string, same->origin.text));
    mounts.push_back(std::move(one.mount));
  }
  return {};
}

}  // namespace snug
