// [[mount]], whose keys are those of one mount each, and the options that name mounts.
#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "base/try.h"
#include "spec/key_types.h"
#include "spec/schema.h"
#include "spec/target.h"
#include "spec/volume.h"

namespace snug::spec {
namespace {

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
  const auto type = TRY(read_name<MountType>(value));
  draft.mount.type = type;
  return {};
}

Status read_source(MountDraft& draft, const TomlValue& value) {
  const auto text = TRY(value.as_string("a path on the host"));
  if (text.empty())
    return value.error("expected a path on the host, found nothing");
  draft.source = &value;
  draft.mount.source = profile_path(draft.place, text);
  return {};
}

Status read_target(MountDraft& draft, const TomlValue& value) {
  const auto text = TRY(value.as_string("a path inside the sandbox"));
  auto target = TRY(parse_target(text, value.where()));
  draft.target = &value;
  draft.mount.target = std::move(target);
  return {};
}

Status read_access(MountDraft& draft, const TomlValue& value) {
  const auto access = TRY(read_name<Access>(value));
  draft.access = &value;
  draft.mount.access = access;
  return {};
}

Status read_optional(MountDraft& draft, const TomlValue& value) {
  const auto optional = TRY(value.as_boolean());
  draft.mount.missing = optional ? Missing::Skip : Missing::Fail;
  return {};
}

Status read_tmpfs_size(MountDraft& draft, const TomlValue& value) {
  const auto text = TRY(value.as_string("a size such as \"64M\""));
  const auto size = TRY(parse_size(text, value.where()));
  if (size == 0)
    return value.error("0 leaves no room at all; leave the key out for half of the memory");
  draft.tmpfs_only = &value;
  draft.mount.size = size;
  return {};
}

Status read_tmpfs_mode(MountDraft& draft, const TomlValue& value) {
  const auto text = TRY(value.as_string("an octal mode in quotes such as \"1777\""));
  const auto mode = TRY(parse_mode(text, value.where()));
  draft.tmpfs_only = &value;
  draft.mount.mode = mode;
  return {};
}

constexpr TomlKey<MountDraft> kMountTable[] = {
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

Json show_mounts(const Spec& spec) {
  Json::Array mounts;
  for (const Mount& mount : spec.mounts) mounts.push_back(mount_json(mount));
  return mounts;
}

// A later layer's mount replaces an earlier one's of the same target; two of the same line are a mistake.
class TypedMounts {
 public:
  explicit TypedMounts(Profile& layer) : layer_{layer} {
    for (const Mount& mount : layer.mounts) seen_.try_emplace(mount.target, mount.origin.text);
  }

  Status add(Result<Mount> mount) {
    if (!mount)
      return tl::unexpected{std::move(mount).error()};
    const auto [at, fresh] = seen_.try_emplace(mount->target, mount->origin.text);
    if (!fresh)
      return fail({.step = fmt::format("{}: {} is already a target, of {}", mount->origin.text,
                                       escape_control(mount->target), at->second),
                   .hint = "give every mount a target of its own"});
    layer_.mounts.push_back(*std::move(mount));
    return {};
  }

 private:
  Profile& layer_;
  std::unordered_map<std::string, std::string> seen_{};
};

template<class Parse>
Status put_mounts(const TypedFlag& typed, Profile& layer, Parse parse) {
  TypedMounts mounts{layer};
  layer.mounts.reserve(layer.mounts.size() + typed.texts.size());
  for (const std::string& text : typed.texts) TRY(mounts.add(parse(text)));
  return {};
}

constexpr Flag kMountFlags[] = {
    {.name = "volume",
     .letter = 'v',
     .argument = "SRC:DST[:ro|rw]",
     .says = "a host file or directory inside; writable unless ro",
     .detail = "A relative SRC is relative to your working directory, and starts with ./ or ../. It must be "
               "there.",
     .put =
         [](const TypedFlag& typed, Profile& layer) {
           return put_mounts(typed, layer,
                             [&](const auto& text) { return parse_volume(text, typed.caller.cwd); });
         }},
    {.name = "mount",
     .argument = "KEY=VALUE,...",
     .says = "docker's long form: type=bind|tmpfs,source=,target=,readonly",
     .put =
         [](const TypedFlag& typed, Profile& layer) {
           return put_mounts(typed, layer,
                             [&](const auto& text) { return parse_mount(text, typed.caller.cwd); });
         }},
    {.name = "tmpfs",
     .argument = "DST[:OPTIONS]",
     .says = "an empty directory in memory: size=, mode=, ro",
     .put = [](const TypedFlag& typed, Profile& layer) { return put_mounts(typed, layer, parse_tmpfs); }},
};

constexpr Key kMountKeys[] = {
    {.stored = "mounts",
     .value = {.member = member_of(&Profile::mounts, &Spec::mounts), .plain = show_mounts},
     .flags = kMountFlags},
};

}  // namespace

Json mount_json(const Mount& mount) {
  Json::Object object{{"type", std::string{enum_name(mount.type)}}};
  if (mount.type != MountType::Tmpfs)
    object.emplace_back("source", mount.source);
  object.emplace_back("target", mount.target);
  if (mount.type != MountType::Cow)  // always writable, and the key is refused there
    object.emplace_back("access", std::string{enum_name(mount.access)});
  if (mount.missing == Missing::Skip)
    object.emplace_back("optional", true);
  if (mount.type == MountType::Tmpfs && mount.size != 0)
    object.emplace_back("size", size_text(mount.size));
  if (mount.type == MountType::Tmpfs)
    object.emplace_back("mode", fmt::format("{:04o}", mount.mode));
  return object;
}

Status read_mounts(ProfileDraft& draft, const TomlValue& value) {
  TRY(value.expect(TomlKind::Array, "[[mount]]"));
  auto& mounts = draft.profile().mounts;
  for (const TomlValue& table : value.items) {
    MountDraft one{.place = draft.place};
    TRY(read_toml_table(table, kMountTable, one));
    TRY(check_mount(one, table));
    one.mount.origin = origin_of(draft, table);
    const auto same = std::ranges::find(mounts, one.mount.target, &Mount::target);
    if (same != mounts.end())
      return one.target->error(
          fmt::format("\"{}\" is already a target, at {}", one.target->string, same->origin.text));
    mounts.push_back(std::move(one.mount));
  }
  return {};
}

std::span<const Key> mount_keys() {
  return kMountKeys;
}

std::span<const std::string_view> mount_table_names() {
  static constexpr auto kNames = [] {
    std::array<std::string_view, std::size(kMountTable)> names{};
    for (std::size_t i = 0; i < names.size(); ++i) names[i] = kMountTable[i].name;
    return names;
  }();
  return kNames;
}

}  // namespace snug::spec
