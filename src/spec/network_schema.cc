// [network], and [sets] for its rules.
#include "base/try.h"
#include "spec/host_rule.h"
#include "spec/key_types.h"
#include "spec/network_names.h"
#include "spec/publish.h"
#include "spec/schema.h"

namespace snug::spec {
namespace {

// { host = "db.example.org:5432", private = true, tls = "off" }, which is the text
// "db.example.org:5432,private, tls=off".
struct RuleDraft {
  std::string host{};
  std::string options{};
};

Status read_host(RuleDraft& draft, const TomlValue& value) {
  const auto text = TRY(value.as_string("a host"));
  draft.host = text;
  return {};
}

Status read_private(RuleDraft& draft, const TomlValue& value) {
  const auto on = TRY(value.as_boolean());
  if (on)
    draft.options += ",private";
  return {};
}

Status read_tls(RuleDraft& draft, const TomlValue& value) {
  constexpr EnumName<std::string_view> kWays[] = {{"require", ",tls=require"}, {"off", ",tls=off"}};
  const auto way = TRY(read_choice(value, kWays));
  draft.options += way;
  return {};
}

constexpr TomlKey<RuleDraft> kRule[] = {{"host", read_host}, {"private", read_private}, {"tls", read_tls}};

Result<std::string> read_rule(const TomlValue& value) {
  if (value.kind != TomlKind::Table) {
    const auto text = TRY(value.as_string("a rule, or a table with host"));
    return Result<std::string>{std::string{text}};
  }
  RuleDraft draft;
  TRY(read_toml_table(value, kRule, draft));
  if (draft.host.empty())
    return value.error("expected a rule, found a table without host");
  return draft.host + draft.options;
}

Status read_allow(ProfileDraft& draft, const TomlValue& value) {
  TRY(value.expect(TomlKind::Array, "an array of rules"));
  for (const TomlValue& item : value.items) {
    auto rule = TRY(read_rule(item));
    TRY(check_allow_rule(rule, item.where()));
    draft.profile().allow.push_back({std::move(rule), origin_of(draft, item)});
  }
  return {};
}

// "container:NAME" is two members.
Status keep_network(Result<NetworkChoice> choice, const Origin& origin, Profile& layer) {
  if (!choice)
    return tl::unexpected{std::move(choice).error()};
  layer.network = {.value = choice->mode, .origin = origin};
  if (choice->mode == NetworkMode::Container)
    layer.network_of = {.value = std::move(choice->container), .origin = origin};
  return {};
}

Status read_mode(ProfileDraft& draft, const TomlValue& value) {
  const auto text = value.as_string();
  if (!text || !text->starts_with("container")) {
    constexpr std::span kAll{EnumNames<NetworkMode>::kAll};
    static_assert(kAll.back().value == NetworkMode::Container);
    return assign(draft, value, draft.profile().network, read_choice(value, kAll.first(kAll.size() - 1)));
  }
  return keep_network(parse_network(*text, value.where()), origin_of(draft, value), draft.profile());
}

Status put_network(const TypedFlag& typed, Profile& layer) {
  return keep_network(parse_network(typed.last(), typed.name), {typed.name}, layer);
}

Json show_mode(const Spec& spec) {
  std::string mode{enum_name(spec.network.value)};
  if (spec.network.value == NetworkMode::Container && spec.network_of)
    mode += ":" + spec.network_of->value;
  return mode;
}

Json show_sets(const Spec& spec) {
  Json::Object sets;
  for (const HostSet& set : spec.sets)
    sets.emplace_back(set.name, Json::Array{set.rules.begin(), set.rules.end()});
  return sets;
}

constexpr KeyValue with_reader(KeyValue list, Status (*read)(ProfileDraft&, const TomlValue&)) {
  list.read = read;
  return list;
}

constexpr Key kNetworkKeys[] = {
    {.name = "mode",
     .stored = "network",
     .value = {.member = member_of(&Profile::network, &Spec::network),
               .read = read_mode,
               .show = show_mode,
               .plain = show_mode},
     .flag = {.name = "network",
              .argument = "none|gate|full|host|container:NAME",
              .says = "what the command can reach",
              .detail =
                  "none: a loopback of its own. gate: only the hosts of --allow, by name. full: everything "
                  "but this machine's loopback, from a network of its own, by pasta or slirp4netns. host: "
                  "your network as it is; refused with the strict filter. container:NAME: that of a "
                  "container that runs, with its loopback and its ports; the two then have one user id in "
                  "common, too.",
              .put = put_network}},
    {.stored = "network_of", .value = kept<&Profile::network_of, &Spec::network_of>()},
    {.name = "allow",
     .value = with_reader(listed<check_allow_rule, &Profile::allow, &Spec::allow>(), read_allow),
     .flag = {.name = "allow",
              .argument = "HOST[:PORT]",
              .says = "a host that the gate lets through",
              .detail =
                  "example.org, *.example.org:80, host:5432 for a service of this machine, @pypi for a set "
                  "of hosts; port 443 where none is named. ,private behind it allows addresses of private "
                  "networks, ,tls=off what is not TLS."}},
    {.name = "deny",
     .value = listed<check_deny_rule, &Profile::deny, &Spec::deny>(),
     .flag = {.name = "deny",
              .argument = "HOST[:PORT]",
              .says = "a host that it does not let through",
              .detail = "Whatever --allow says; every port where none is named."}},
    {.name = "publish",
     .value = listed<check_by<parse_publish>, &Profile::publish, &Spec::publish>(),
     .flag = {.name = "publish",
              .letter = 'p',
              .argument = "[[ADDRESS:]HOST:]PORT[/udp]",
              .says = "a port of the container on this machine",
              .detail =
                  "The address is 127.0.0.1 unless another is given; a range is 8000-8010:80-90. Without "
                  "HOST, or with 0, a free port is taken: snug port tells which."}},
    {.name = "hosts",
     .value = listed<check_host_entry, &Profile::hosts, &Spec::hosts>(),
     .flag = {.name = "add-host",
              .argument = "NAME:ADDRESS",
              .says = "a line of /etc/hosts inside",
              .detail = "NAME=ADDRESS does as well; an IPv6 address may be in brackets."}},
    {.name = "dns",
     .value = listed<check_name_server, &Profile::dns, &Spec::dns>(),
     .flag = {.name = "dns",
              .argument = "ADDRESS",
              .says = "a name server, in the place of this machine's",
              .detail = "With --network host or full: nothing else could ask it."}},
    {.name = "dns-search",
     .stored = "dns_search",
     .value = listed<check_host_name, &Profile::dns_search, &Spec::dns_search>(),
     .flag = {.name = "dns-search",
              .argument = "DOMAIN",
              .says = "look names up in this domain too, in the place of this machine's"}},
    {.name = "alias",
     .value = listed<check_host_name, &Profile::alias, &Spec::alias>(),
     .flag = {.name = "network-alias",
              .argument = "NAME",
              .says = "a further name of the container, in its own /etc/hosts"}},
};

constexpr Key kSetKeys[] = {
    {.stored = "sets", .value = {.member = member_of(&Profile::sets, &Spec::sets), .plain = show_sets}},
};

}  // namespace

Status read_sets(ProfileDraft& draft, const TomlValue& value) {
  TRY(value.expect(TomlKind::Table, "a table of sets, each with an array of rules"));
  for (const TomlValue& rules : value.items) {
    TRY(check_allow_rule("@" + rules.key, rules.where()));
    TRY(rules.expect(TomlKind::Array, "an array of rules"));
    HostSet set{.name = rules.key, .origin = origin_of(draft, rules)};
    for (const TomlValue& item : rules.items) {
      auto rule = TRY(read_rule(item));
      if (rule.starts_with('@'))
        return item.error("a set holds hosts, and no other set");
      TRY(check_allow_rule(rule, item.where()));
      set.rules.push_back(std::move(rule));
    }
    draft.profile().sets.push_back(std::move(set));
  }
  return {};
}

std::span<const Key> network_keys() {
  return kNetworkKeys;
}

std::span<const Key> set_keys() {
  return kSetKeys;
}

}  // namespace snug::spec
