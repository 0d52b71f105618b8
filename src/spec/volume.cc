#include "spec/volume.h"

#include <fmt/format.h>

#include "base/text.h"
#include "base/try.h"
#include "base/units.h"
#include "spec/target.h"

namespace snug::spec {
namespace {

constexpr std::string_view kVolumeHint = "write -v SOURCE:TARGET, or -v SOURCE:TARGET:ro";

tl::unexpected<Error> bad(std::string_view what, std::string_view problem, std::string_view hint) {
  return fail({.step = fmt::format("{}: {}", what, problem), .hint = std::string{hint}});
}

tl::unexpected<Error> unknown_option(std::string_view what, std::string_view option,
                                     std::span<const std::string_view> known) {
  const std::string_view meant = nearest(option, known);
  std::string names;
  for (const std::string_view name : known) names.append(names.empty() ? "" : ", ").append(name);
  return bad(what, fmt::format("unknown option \"{}\"", escape_control(option)),
             meant.empty() ? fmt::format("the options here are {}", names)
                           : fmt::format("did you mean \"{}\"?", meant));
}

Status apply_access(Mount& mount, std::string_view option, std::string_view what) {
  constexpr std::string_view kKnown[] = {"ro", "rw", "cow"};
  if (option == "ro" || option == "rw") {
    mount.access = option == "ro" ? Access::ReadOnly : Access::ReadWrite;
    return {};
  }
  if (option == "cow") {
    mount.type = MountType::Cow;
    return {};
  }
  if (option == "z" || option == "Z")
    return bad(what, fmt::format("\"{}\" (SELinux relabelling) changes files on the host", option),
               "leave it out; snug changes nothing outside");
  return unknown_option(what, option, kKnown);
}

Status apply_volume_options(Mount& mount, std::string_view options, std::string_view what) {
  bool seen = false;
  for (const std::string_view option : split(options, ',')) {
    if (seen)
      return bad(what, "ro, rw and cow exclude each other", kVolumeHint);
    TRY(apply_access(mount, option, what));
    seen = true;
  }
  return {};
}

Status apply_tmpfs_option(Mount& mount, std::string_view option, std::string_view what) {
  constexpr std::string_view kKnown[] = {"size", "mode", "ro", "rw"};
  const std::size_t equals = option.find('=');
  const std::string_view name = option.substr(0, equals);
  const std::string_view value = equals == std::string_view::npos ? "" : option.substr(equals + 1);
  if (name == "size") {
    const auto size = TRY(parse_size(value, fmt::format("{}: size", what)));
    if (size == 0)
      return bad(what, "size: 0 would leave no room at all", "leave the size out for half of the memory");
    mount.size = size;
  } else if (name == "mode") {
    const auto mode = TRY(parse_mode(value, fmt::format("{}: mode", what)));
    mount.mode = mode;
  } else if (option == "ro" || option == "rw") {
    mount.access = option == "ro" ? Access::ReadOnly : Access::ReadWrite;
  } else if (option != "nosuid" && option != "nodev") {  // true of every tmpfs that snug makes
    return unknown_option(what, name, kKnown);
  }
  return {};
}

}  // namespace

Result<std::uint32_t> parse_mode(std::string_view text, std::string_view what) {
  std::uint32_t mode = 0;
  for (const char c : text) {
    if (c < '0' || c > '7' || text.size() > 5)
      return bad(what, fmt::format("\"{}\" is not a mode", escape_control(text)),
                 "a mode is octal, such as 1777 or 0755");
    mode = mode * 8 + static_cast<std::uint32_t>(c - '0');
  }
  if (text.empty() || mode > 07777)
    return bad(what, fmt::format("\"{}\" is not a mode", text), "a mode is octal, such as 1777 or 0755");
  return mode;
}

Result<Mount> parse_volume(std::string_view text, std::string_view cwd) {
  const std::string what = fmt::format("--volume \"{}\"", escape_control(text));
  if (text.find('\0') != std::string_view::npos)
    return bad(what, "has a NUL character in it", "");
  const auto parts = split(text, ':');
  if (parts.size() < 2)
    return bad(what, "there is no target",
               "write -v SOURCE:TARGET; a volume without a source is not kept anywhere, use --tmpfs TARGET");
  if (parts.size() > 3)
    return bad(what, "too many colons",
               "a path with a colon in it needs --mount type=bind,source=…,target=…");
  if (parts[0].empty())
    return bad(what, "the source is empty", kVolumeHint);
  if (parts[1].empty())
    return bad(what, "the target is empty", kVolumeHint);
  if (!looks_like_path(parts[0])) {
    const std::string source = escape_control(parts[0]);
    return bad(what,
               parts[0].find('/') == std::string_view::npos
                   ? fmt::format("\"{}\" would be a named volume, which this version does not have", source)
                   : fmt::format("the source \"{}\" is neither absolute nor starts with ./ or ../", source),
               parts[0].starts_with("~/") ? std::string{"write $HOME for ~"}
                                          : fmt::format("for a directory here write ./{}", source));
  }
  auto target = TRY(parse_target(parts[1], what));
  Mount mount{.source = host_path(cwd, parts[0]),
              .target = std::move(target),
              .access = Access::ReadWrite,
              .origin = {"--volume"}};
  if (parts.size() == 3)
    TRY(apply_volume_options(mount, parts[2], what));
  return mount;
}

Result<Mount> parse_tmpfs(std::string_view text) {
  const std::string what = fmt::format("--tmpfs \"{}\"", escape_control(text));
  const std::size_t colon = text.find(':');
  auto target = TRY(parse_target(text.substr(0, colon), what));
  Mount mount{.type = MountType::Tmpfs,
              .target = std::move(target),
              .access = Access::ReadWrite,
              .origin = {"--tmpfs"}};
  if (colon != std::string_view::npos)
    for (const std::string_view option : split(text.substr(colon + 1), ','))
      TRY(apply_tmpfs_option(mount, option, what));
  return mount;
}

}  // namespace snug::spec
