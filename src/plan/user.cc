// Who the payload is: the setting of the profile or flag, else the image's, else root; on the host image,
// you.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "base/try.h"
#include "base/units.h"
#include "plan/builder.h"

namespace snug::plan {
namespace {

const image::UserEntry* find_user(const image::Image& image, std::uint32_t uid) {
  const auto found = std::ranges::find(image.users, uid, &image::UserEntry::uid);
  return found == image.users.end() ? nullptr : &*found;
}

const image::UserEntry* find_user(const image::Image& image, std::string_view name) {
  const auto found = std::ranges::find(image.users, name, &image::UserEntry::name);
  return found == image.users.end() ? nullptr : &*found;
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// 2^32-1 means "no change" to setresuid(2), and is never an id.
constexpr std::uint64_t kMaxId = 4294967294;

Error unknown(std::string_view kind, std::string_view name, const Builder& builder, const Origin& origin) {
  return {.step = fmt::format("{} {}: not in the image's /etc/{}", kind, escape_control(name),
                              kind == "user" ? "passwd" : "group"),
          .origin = origin.text,
          .hint = builder.image.kind == image::ImageKind::Host
                      ? "name one of this machine's system accounts, or a number"
                      : "name one that the image has, or a number"};
}

// A name wins over a number only where it is not one: a passwd line *named* "1000" with uid 0 must not turn
// -u 1000 into root.
Status resolve_named(Builder& builder, const spec::RunAs& run_as, const Origin& origin) {
  PayloadUser& user = builder.user;
  const image::UserEntry* entry = nullptr;
  if (is_number(run_as.user)) {
    const auto uid = TRY(parse_number(run_as.user, "user", kMaxId));
    user.uid = static_cast<std::uint32_t>(uid);
    entry = find_user(builder.image, user.uid);
  } else {
    entry = find_user(builder.image, run_as.user);
    if (!entry)
      return fail(unknown("user", run_as.user, builder, origin));
    user.uid = entry->uid;
  }
  user.gid = entry ? entry->gid : 0;
  if (run_as.group.empty())
    return {};
  if (is_number(run_as.group)) {
    const auto gid = TRY(parse_number(run_as.group, "group", kMaxId));
    user.gid = static_cast<std::uint32_t>(gid);
    return {};
  }
  const auto group = std::ranges::find(builder.image.groups, run_as.group, &image::GroupEntry::name);
  if (group == builder.image.groups.end())
    return fail(unknown("group", run_as.group, builder, origin));
  user.gid = group->gid;
  return {};
}

spec::RunAs parse_image_user(const std::string& text) {
  const std::size_t colon = text.find(':');
  return {.kind = spec::RunAs::Kind::Named,
          .user = text.substr(0, colon),
          .group = colon == std::string::npos ? "" : text.substr(colon + 1)};
}

void describe_user(Builder& builder) {
  PayloadUser& user = builder.user;
  const host::Caller& caller = builder.host.caller();
  if (builder.image.kind == image::ImageKind::Host && user.uid == caller.uid) {
    user.name = caller.user;
    user.home = caller.home;
    user.shell = builder.host.environment("SHELL").value_or("");
    return;
  }
  if (const image::UserEntry* entry = find_user(builder.image, user.uid)) {
    user.name = entry->name;
    user.home = entry->home.starts_with('/') ? entry->home : "/";
    user.shell = entry->shell;
  } else if (user.uid == 0) {
    user.name = "root";
    user.home = "/root";
  }
  for (const image::GroupEntry& group : builder.image.groups)
    if (group.gid != user.gid && std::ranges::find(group.members, user.name) != group.members.end())
      user.groups.push_back(group.gid);
}

}  // namespace

Status plan_user(Builder& builder) {
  const spec::Setting<spec::RunAs>& setting = builder.spec.run_as;
  const host::Caller& caller = builder.host.caller();
  const bool on_host = builder.image.kind == image::ImageKind::Host;
  Status status{};
  switch (setting.value.kind) {
    case spec::RunAs::Kind::Root:
      break;
    case spec::RunAs::Kind::Named:
      status = resolve_named(builder, setting.value, setting.origin);
      break;
    case spec::RunAs::Kind::Self:
      builder.user.uid = caller.uid, builder.user.gid = caller.gid;
      break;
    case spec::RunAs::Kind::Auto:
      if (on_host)
        builder.user.uid = caller.uid, builder.user.gid = caller.gid;
      else if (!builder.image.config.user.empty())
        status = resolve_named(builder, parse_image_user(builder.image.config.user), {"image.toml"});
      break;
  }
  if (!status)
    return status;
  describe_user(builder);
  builder.fake_root = builder.spec.fake_root.value == spec::Toggle::On ||
                      (builder.spec.fake_root.value == spec::Toggle::Auto && !on_host &&
                       builder.user.uid == 0 && builder.spec.ids.value == spec::IdMode::Single);
  return {};
}

}  // namespace snug::plan
