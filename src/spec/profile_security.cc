// [network], [security] and [share]: what is opened to the outside.
#include "spec/host_rule.h"
#include "spec/names.h"
#include "spec/network_names.h"
#include "spec/profile_reader.h"
#include "spec/publish.h"

namespace snug {
namespace {

constexpr Choice<NetworkMode> kModes[] = {{"none", NetworkMode::None},
                                          {"gate", NetworkMode::Gate},
                                          {"full", NetworkMode::Full},
                                          {"host", NetworkMode::Host}};
constexpr Choice<Tier> kTiers[] = {
    {"strict", Tier::Strict}, {"default", Tier::Default}, {"dev", Tier::Dev}, {"off", Tier::Off}};
constexpr Choice<Isolation> kLevels[] = {{"full", Isolation::Full}, {"no-proc", Isolation::NoProc}};
constexpr Choice<ProcView> kProcViews[] = {{"masked", ProcView::Masked}, {"full", ProcView::Full}};

Status check_publish(std::string_view text, std::string_view where) {
  const auto ports = parse_publish(text, where);
  return ports ? Status{} : tl::unexpected{ports.error()};
}

Status read_mode(Draft& draft, const TomlValue& value) {
  const auto text = value.as_string();
  if (!text || !text->starts_with("container"))
    return read_choice(draft, value, draft.profile().network, kModes);
  const auto choice = parse_network(*text, value.where());
  if (!choice)
    return tl::unexpected{choice.error()};
  draft.profile().network = {.value = choice->mode, .origin = origin_of(draft, value)};
  draft.profile().network_of = {.value = choice->container, .origin = origin_of(draft, value)};
  return {};
}

constexpr ProfileKey kNetwork[] = {
    {"mode", read_mode},
    {"allow", read_allow},
    {"deny", [](Draft& d, const TomlValue& v) { return read_list(d, v, d.profile().deny, check_deny_rule); }},
    {"publish",
     [](Draft& d, const TomlValue& v) { return read_list(d, v, d.profile().publish, check_publish); }},
    {"hosts",
     [](Draft& d, const TomlValue& v) { return read_list(d, v, d.profile().hosts, check_host_entry); }},
    {"dns", [](Draft& d, const TomlValue& v) { return read_list(d, v, d.profile().dns, check_name_server); }},
    {"dns-search",
     [](Draft& d, const TomlValue& v) { return read_list(d, v, d.profile().dns_search, check_host_name); }},
    {"alias",
     [](Draft& d, const TomlValue& v) { return read_list(d, v, d.profile().alias, check_host_name); }},
};

Status read_tier(Draft& draft, const TomlValue& value) {
  return read_choice(draft, value, draft.profile().seccomp, kTiers);
}

constexpr ProfileKey kSeccomp[] = {
    {"base", read_tier},
    {"allow",
     [](Draft& d, const TomlValue& v) {
       return read_list(d, v, d.profile().seccomp_allow, check_syscall_name);
     }},
    {"deny",
     [](Draft& d, const TomlValue& v) {
       return read_list(d, v, d.profile().seccomp_deny, check_syscall_name);
     }},
    {"abi",
     [](Draft& d, const TomlValue& v) { return read_list(d, v, d.profile().seccomp_abi, check_abi_name); }},
};

Status read_seccomp(Draft& draft, const TomlValue& value) {
  return value.kind == TomlKind::Table ? read_toml_table(value, kSeccomp, draft) : read_tier(draft, value);
}

constexpr ProfileKey kSecurity[] = {
    {"seccomp", read_seccomp},
    {"caps", [](Draft& d,
                const TomlValue& v) { return read_list(d, v, d.profile().cap_add, check_capability_name); }},
    {"nested-userns",
     [](Draft& d, const TomlValue& v) { return read_boolean(d, v, d.profile().nested_userns); }},
    {"proc", [](Draft& d, const TomlValue& v) { return read_choice(d, v, d.profile().proc, kProcViews); }},
    {"landlock", [](Draft& d, const TomlValue& v) { return read_boolean(d, v, d.profile().landlock); }},
    {"require", [](Draft& d, const TomlValue& v) { return read_choice(d, v, d.profile().require, kLevels); }},
};

constexpr ProfileKey kShare[] = {
    {"wayland", [](Draft& d, const TomlValue& v) { return read_boolean(d, v, d.profile().wayland); }},
    {"x11", [](Draft& d, const TomlValue& v) { return read_boolean(d, v, d.profile().x11); }},
    {"audio", [](Draft& d, const TomlValue& v) { return read_boolean(d, v, d.profile().audio); }},
    {"gpu", [](Draft& d, const TomlValue& v) { return read_boolean(d, v, d.profile().gpu); }},
    {"ssh-agent", [](Draft& d, const TomlValue& v) { return read_boolean(d, v, d.profile().ssh_agent); }},
};

}  // namespace

Status read_network(Draft& draft, const TomlValue& value) {
  return read_toml_table(value, kNetwork, draft);
}

Status read_security(Draft& draft, const TomlValue& value) {
  return read_toml_table(value, kSecurity, draft);
}

Status read_share(Draft& draft, const TomlValue& value) {
  return read_toml_table(value, kShare, draft);
}

}  // namespace snug
