// Namespaces and id maps.
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

#include "base/text.h"
#include "base/try.h"
#include "plan/builder.h"

namespace snug::plan {
namespace {

constexpr std::uint32_t kRange = 65536;

// Ids 0–65535 inside: `own` is you, the others are taken from your subordinate ranges in order.
Result<std::vector<IdRange>> map_range(const std::vector<IdRange>& subordinate, std::uint32_t own,
                                       std::uint32_t caller, const char* file, const host::Caller& who) {
  std::vector<IdRange> map;
  std::uint32_t inside = 0;
  const auto add = [&](std::uint32_t outside, std::uint32_t count) {
    if (count > 0)
      map.push_back({inside, outside, count});
    inside += count;
  };
  for (IdRange range : subordinate) {
    while (range.count > 0 && inside < kRange) {
      if (inside == own)
        add(caller, 1);
      const std::uint32_t limit = inside < own ? std::min(own, kRange) : kRange;
      const std::uint32_t count = std::min(range.count, limit - inside);
      add(range.outside, count);
      range.outside += count;
      range.count -= count;
    }
  }
  if (inside == own)
    add(caller, 1);
  if (inside < 2 || own >= inside)
    return fail(
        {.step = fmt::format("ids = \"range\": {} gives {} too few subordinate ids", file, who.user),
         .hint = fmt::format("as root: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 {}; "
                             "or use --ids single, with --fake-root where a program wants to chown",
                             who.user)});
  return map;
}

Status plan_map_range(Builder& builder) {
  const host::Caller& caller = builder.host.caller();
  const Origin& origin = builder.spec.ids.origin;
  const auto newuidmap = builder.host.find_program("newuidmap");
  const auto newgidmap = builder.host.find_program("newgidmap");
  if (!newuidmap || !newgidmap)
    return fail(
        {.step = "ids = \"range\": newuidmap and newgidmap are not installed",
         .origin = origin.text,
         .hint = "install the package uidmap (shadow-utils), or use --ids single, which needs neither"});
  // The root of the sandbox, or the payload where it is to be you, stands for your own id outside.
  const bool self = builder.spec.run_as.value.kind == spec::RunAs::Kind::Self;
  auto uids = TRY(
      map_range(builder.host.subordinate_uids(), self ? caller.uid : 0, caller.uid, "/etc/subuid", caller));
  auto gids = TRY(
      map_range(builder.host.subordinate_gids(), self ? caller.gid : 0, caller.gid, "/etc/subgid", caller));
  const auto mapped = [](const std::vector<IdRange>& map, std::uint32_t id) {
    return std::ranges::any_of(map,
                               [&](const IdRange& r) { return id >= r.inside && id - r.inside < r.count; });
  };
  if (!mapped(uids, builder.user.uid) || !mapped(gids, builder.user.gid))
    return fail(
        {.step = fmt::format("user {}:{} is outside the range of ids", builder.user.uid, builder.user.gid),
         .origin = builder.spec.run_as.origin.text,
         .hint = "choose an id below 65536, or use --ids single, which can be any one id"});
  builder.init(Phase::Identity, MapRange{*newuidmap, *newgidmap, std::move(uids), std::move(gids)}, origin);
  return {};
}

// Who shares a network namespace shares the user namespace that it belongs to.
Status plan_shared_map(Builder& builder) {
  const JoinedNetwork& joined = *builder.joined;
  const PayloadUser& user = builder.user;
  const host::Caller& caller = builder.host.caller();
  if (user.uid != joined.uid || user.gid != joined.gid)
    return fail({.step = fmt::format("user {}:{}: with the network of container {} it can be {}:{} only",
                                     user.uid, user.gid, escape_control(joined.name), joined.uid, joined.gid),
                 .origin = builder.spec.network.origin.text,
                 .hint = fmt::format("--user {}:{}, or run that container as the same user", joined.uid,
                                     joined.gid)});
  if (builder.spec.nested_userns.value && !joined.nested_userns)
    return fail(
        {.step = fmt::format("security.nested-userns: container {}, whose user namespace comes with its "
                             "network, allows none in it",
                             escape_control(joined.name)),
         .origin = builder.spec.nested_userns.origin.text,
         .hint = "leave it out, or allow it where that container is made"});
  builder.init(Phase::Identity, SharedMap{.uid = {user.uid, caller.uid, 1}, .gid = {user.gid, caller.gid, 1}},
               builder.spec.network.origin);
  return {};
}

}  // namespace

Status plan_identity(Builder& builder) {
  // A container's standard descriptors are pipes as it is.
  if (builder.spec.seccomp.value == spec::Tier::Strict && !builder.kept())
    builder.add(Phase::Create, Actor::Supervisor, RelayFiles{}, builder.spec.seccomp.origin);
  if (builder.joined)
    builder.add(Phase::Create, Actor::Supervisor, JoinNetwork{builder.joined->name, builder.joined->id},
                builder.spec.network.origin);
  builder.add(
      Phase::Create, Actor::Supervisor,
      CreateNamespaces{.user = !builder.joined,
                       .network = !builder.joined && builder.spec.network.value != spec::NetworkMode::Host,
                       .cgroup = !builder.grouped},
      builder.spec.network.origin);
  if (builder.joined) {
    TRY(plan_shared_map(builder));
  } else if (builder.spec.ids.value == spec::IdMode::Range) {
    TRY(plan_map_range(builder));
  } else {
    const host::Caller& caller = builder.host.caller();
    builder.init(Phase::Identity,
                 MapSelf{.uid = {builder.user.uid, caller.uid, 1}, .gid = {builder.user.gid, caller.gid, 1}},
                 builder.spec.ids.origin);
  }
  if (builder.grouped)
    builder.init(Phase::Identity, NewCgroupNamespace{});
  builder.init(Phase::Identity, JoinKeyring{});
  return {};
}

// A user namespace inside would give its maker every capability over it: the kernel's widest attack surface
// (isolation F10). The filter refuses it too; the sysctl holds even where a filter is not wanted, or opened.
Status close_nested_userns(Builder& builder) {
  const spec::Spec& spec = builder.spec;
  if (builder.joined && builder.joined->closed)
    return {};
  if (!builder.joined && !builder.host.withholds(host::Withheld::Sysctls)) {
    builder.init(Phase::Kernel, SetSysctl{"user/max_user_namespaces", "0"}, spec.nested_userns.origin);
    return {};
  }
  const auto& opened = spec.seccomp_allow;
  if (spec.seccomp.value != spec::Tier::Off && opened.empty())
    return {};
  return fail({.step = fmt::format("user namespaces inside cannot be closed: {}, and the filter is opened",
                                   builder.joined ? "they are open in the container whose network it is"
                                                  : "/proc/sys is read-only here"),
               .err = builder.joined ? EPERM : EROFS,
               .origin = opened.empty() ? spec.seccomp.origin.text : opened.front().origin.text,
               .hint = "keep the system call filter whole, or say nested-userns = true in the profile"});
}

Status plan_kernel(Builder& builder) {
  const spec::Spec& spec = builder.spec;
  if (builder.host.withholds(host::Withheld::Hostname))
    builder.lower_level("the host name is the outer one");
  else
    builder.init(Phase::Kernel, SetHostname{spec.hostname ? spec.hostname->value : "snug"},
                 spec.hostname ? spec.hostname->origin : Origin{});
  const bool sysctls = !builder.host.withholds(host::Withheld::Sysctls);
  if (!sysctls)
    builder.lower_level("/proc/sys is read-only, so that ports below 1024 cannot be served");
  // Of a network that is another container's all is settled.
  if (spec.network.value != spec::NetworkMode::Host && !builder.joined) {
    builder.init(Phase::Kernel, LoopbackUp{}, spec.network.origin);
    // Without capabilities even root inside could not serve port 80; in a network of its own nobody else
    // needs protecting from it.
    if (sysctls)
      builder.init(Phase::Kernel, SetSysctl{"net/ipv4/ip_unprivileged_port_start", "0"}, spec.network.origin);
  }
  return spec.nested_userns.value ? Status{} : close_nested_userns(builder);
}

}  // namespace snug::plan
