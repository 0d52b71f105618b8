#include "spec/validate.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "base/try.h"
#include "spec/not_built.h"
#include "spec/schema.h"
#include "spec/settings.h"
#include "spec/target.h"

namespace snug::spec {
namespace {

tl::unexpected<Error> refuse(std::string step, const Origin& origin, std::string hint) {
  return fail({.step = std::move(step), .origin = origin.text, .hint = std::move(hint)});
}

// Flags have been through the same checks, but a Spec can also be made by hand (tests, a stored container).
Status check_names(const Spec& spec) {
  if (spec.image.value.empty())
    return refuse("no image is named", spec.image.origin,
                  "name one: snug run IMAGE COMMAND, or image = in a profile; \"host\" needs nothing");
  for (const auto* words : {&spec.command, &spec.entrypoint})
    if (*words && !(*words)->value.empty() && (*words)->value.front().empty())
      return refuse("the command is empty text", (*words)->origin, "name a program");
  return {};
}

// Each key by itself.
Status check_keys(const Spec& spec) {
  for (const Section& section : schema())
    for (const Key& key : section.keys)
      if (key.value.check)
        TRY(key.value.check(spec, key_path(section, key)));
  return {};
}

Status check_mounts(const Spec& spec) {
  for (const Mount& mount : spec.mounts) {
    if (const auto target = parse_target(mount.target, "mount"); !target)
      return refuse(target.error().step, mount.origin, target.error().hint);
    if (mount.type != MountType::Tmpfs && !mount.source.starts_with('/'))
      return refuse(fmt::format("mount: {} has no source", escape_control(mount.target)), mount.origin, "");
  }
  return {};
}

Status check_rootfs(const Spec& spec) {
  const bool none = spec.writable.value == Writable::None;
  if (spec.read_only.value &&
      (spec.writable.value == Writable::Tmpfs || spec.writable.value == Writable::Disk))
    return refuse("rootfs.writable: a writable layer is asked for, and --read-only forbids it",
                  spec.writable.origin, "leave one of them out");
  const bool view = std::ranges::find(spec.mounts, MountType::Cow, &Mount::type) != spec.mounts.end();
  if (spec.rootfs_size && (none || spec.read_only.value) && !view)
    return refuse("rootfs.size: there is no writable layer that it could bound", spec.rootfs_size->origin,
                  "leave the size out, or make the root filesystem writable");
  return {};
}

Status check_identity(const Spec& spec) {
  if (spec.fake_root.value == Toggle::On && spec.ids.value == IdMode::Range)
    return refuse("user.fake-root: with a range of ids chown works, and faking it would undo that",
                  spec.fake_root.origin, "set fake-root = \"auto\", or ids = \"single\"");
  return {};
}

Status check_network(const Spec& spec) {
  const auto mode = spec.network.value;
  for (const auto* rules : {&spec.allow, &spec.deny})
    if (!rules->empty() && mode != NetworkMode::Gate)
      return refuse("network: allow and deny are rules of the gate, which is not on", rules->front().origin,
                    "set mode = \"gate\" (--network gate)");
  if (mode == NetworkMode::Container) {
    if (!spec.network_of || spec.network_of->value.empty())
      return refuse("network.mode: container: names no container", spec.network.origin, "");
    if (!spec.publish.empty())
      return refuse("network.publish: the network is that of another container, and so are its ports",
                    spec.publish.front().origin, "publish the port where that one is started");
    if (spec.ids.value == IdMode::Range)
      return refuse("user.ids: with another container's network the ids are those of that one too",
                    spec.ids.origin, "leave out ids = \"range\"");
  }
  if (!spec.publish.empty() && mode == NetworkMode::Host)
    return refuse("network.publish: with the host's network every port is the host's already",
                  spec.publish.front().origin, "leave publish out, or choose another network");
  return {};
}

// Name servers are of no use where none can be asked.
Status check_name_service(const Spec& spec) {
  for (const auto& [list, key] :
       {std::pair{&spec.dns, "network.dns"}, std::pair{&spec.dns_search, "network.dns-search"}}) {
    if (list->empty())
      continue;
    const Origin& origin = list->front().origin;
    if (spec.network.value == NetworkMode::None)
      return refuse(fmt::format("{}: without a network there is no name server to ask", key), origin,
                    "leave it out, or choose another network; --add-host needs none");
    if (spec.network.value == NetworkMode::Container)
      return refuse(fmt::format("{}: name servers are those of the container whose network it is", key),
                    origin, "name them where that one is started");
    if (spec.network.value == NetworkMode::Gate)
      return refuse(fmt::format("{}: the gate resolves names itself", key), origin,
                    "leave it out: --allow says which names there are");
  }
  return {};
}

Status check_security(const Spec& spec) {
  for (const auto* rules : {&spec.seccomp_allow, &spec.seccomp_deny, &spec.seccomp_abi})
    if (spec.seccomp.value == Tier::Off && !rules->empty())
      return refuse("security.seccomp: allow, deny and abi change a filter, and the filter is off",
                    rules->front().origin, "choose the base strict, default or dev");
  for (const auto& denied : spec.seccomp_deny)
    if (std::ranges::find(spec.seccomp_allow, denied.value, &Setting<std::string>::value) !=
        spec.seccomp_allow.end())
      return refuse(
          fmt::format("security.seccomp: {} is both allowed and denied", escape_control(denied.value)),
          denied.origin, "leave one of them out");
  return {};
}

}  // namespace

Status validate(const Spec& spec) {
  for (const auto check : {check_not_built, check_names, check_keys, check_mounts, check_rootfs,
                           check_identity, check_network, check_name_service, check_security})
    TRY(check(spec));
  return {};
}

}  // namespace snug::spec
