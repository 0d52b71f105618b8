// --mount, which is a line of comma-separated values (RFC 4180) of key=value.
#include <fmt/format.h>

#include <array>
#include <optional>

#include "base/text.h"
#include "base/try.h"
#include "base/units.h"
#include "spec/target.h"
#include "spec/volume.h"

namespace snug::spec {
namespace {

struct Parts {
  std::optional<std::string> type{};
  std::optional<std::string> source{};
  std::optional<std::string> target{};
  std::optional<std::string> readonly{};
  std::optional<std::string> size{};
  std::optional<std::string> mode{};
};

struct PartName {
  std::string_view name;
  std::optional<std::string> Parts::*part;
};
constexpr PartName kNames[] = {
    {"type", &Parts::type},         {"source", &Parts::source}, {"src", &Parts::source},
    {"target", &Parts::target},     {"dst", &Parts::target},    {"destination", &Parts::target},
    {"readonly", &Parts::readonly}, {"ro", &Parts::readonly},   {"tmpfs-size", &Parts::size},
    {"tmpfs-mode", &Parts::mode},
};

tl::unexpected<Error> bad(std::string_view what, std::string_view problem, std::string_view hint) {
  return fail({.step = fmt::format("{}: {}", what, problem), .hint = std::string{hint}});
}

// Fields between commas. A field that starts with a double quote ends at the next one; two of them are one.
std::optional<std::vector<std::string>> split_fields(std::string_view text) {
  std::vector<std::string> fields;
  for (std::size_t i = 0;; ++i) {
    std::string& field = fields.emplace_back();
    if (i < text.size() && text[i] == '"') {
      for (++i;; ++i) {
        if (i >= text.size())
          return std::nullopt;
        if (text[i] == '"' && (++i >= text.size() || text[i] != '"'))
          break;
        field += text[i];
      }
      if (i < text.size() && text[i] != ',')
        return std::nullopt;
    } else {
      for (; i < text.size() && text[i] != ','; ++i) field += text[i];
    }
    if (i >= text.size())
      return fields;
  }
}

Status read_field(Parts& parts, const std::string& field, std::string_view what) {
  const std::size_t equals = field.find('=');
  const std::string name = field.substr(0, equals);
  for (const PartName& known : kNames) {
    if (known.name != name)
      continue;
    auto& part = parts.*known.part;
    if (part)
      return bad(what, fmt::format("{} is given twice", name), "");
    if (equals == std::string::npos && known.part != &Parts::readonly)
      return bad(what, fmt::format("{} has no value", name), fmt::format("write {}=…", name));
    part = equals == std::string::npos ? "true" : field.substr(equals + 1);
    return {};
  }
  std::array<std::string_view, std::size(kNames)> names{};
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = kNames[i].name;
  const std::string_view meant = nearest(name, names);
  return bad(what, fmt::format("unknown key \"{}\"", escape_control(name)),
             meant.empty() ? "the keys here are type, source, target, readonly, tmpfs-size, tmpfs-mode"
                           : fmt::format("did you mean \"{}\"?", meant));
}

Status apply_type(Mount& mount, const Parts& parts, std::string_view what) {
  if (!parts.type)
    return bad(what, "there is no type", "begin with type=bind, type=cow or type=tmpfs");
  if (*parts.type == "bind")
    mount.type = MountType::Bind;
  else if (*parts.type == "cow")
    mount.type = MountType::Cow;
  else if (*parts.type == "tmpfs")
    mount.type = MountType::Tmpfs;
  else
    return bad(what, fmt::format("unknown type \"{}\"", escape_control(*parts.type)),
               "the types are bind, cow and tmpfs");
  const bool tmpfs = mount.type == MountType::Tmpfs;
  if (tmpfs && parts.source)
    return bad(what, "a tmpfs has no source", "leave source= out");
  if (!tmpfs && (!parts.source || parts.source->empty()))
    return bad(what, "there is no source", "add source=PATH");
  if (!tmpfs && (parts.size || parts.mode))
    return bad(what, "tmpfs-size and tmpfs-mode are for type=tmpfs", "leave them out");
  if (!parts.target)
    return bad(what, "there is no target", "add target=PATH");
  return {};
}

Status apply_readonly(Mount& mount, const std::string& value, std::string_view what) {
  if (value == "true" || value == "1")
    mount.access = Access::ReadOnly;
  else if (value != "false" && value != "0")
    return bad(what, fmt::format("readonly: \"{}\" is neither true nor false", escape_control(value)), "");
  if (mount.access == Access::ReadOnly && mount.type == MountType::Cow)
    return bad(what, "a cow mount is always writable", "use type=bind with readonly");
  return {};
}

}  // namespace

Result<Mount> parse_mount(std::string_view text, std::string_view cwd) {
  const std::string what = fmt::format("--mount \"{}\"", escape_control(text));
  if (text.find('\0') != std::string_view::npos)
    return bad(what, "has a NUL character in it", "");
  const auto fields = split_fields(text);
  if (!fields)
    return bad(what, "a double quote is not closed before the comma", "");
  Parts parts;
  for (const std::string& field : *fields) TRY(read_field(parts, field, what));
  Mount mount{.access = Access::ReadWrite, .origin = {"--mount"}};
  TRY(apply_type(mount, parts, what));
  auto target = TRY(parse_target(*parts.target, what));
  mount.target = std::move(target);
  if (parts.source)
    mount.source = host_path(cwd, *parts.source);
  if (parts.readonly)
    TRY(apply_readonly(mount, *parts.readonly, what));
  if (parts.size) {
    const auto size = TRY(parse_size(*parts.size, fmt::format("{}: tmpfs-size", what)));
    if (size == 0)
      return bad(what, "tmpfs-size=0 leaves no room at all", "leave it out for half of the memory");
    mount.size = size;
  }
  if (parts.mode) {
    const auto mode = TRY(parse_mode(*parts.mode, fmt::format("{}: tmpfs-mode", what)));
    mount.mode = mode;
  }
  return mount;
}

}  // namespace snug::spec
