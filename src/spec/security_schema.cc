// [security]: system calls, capabilities, and how far the sandbox is closed off.
#include "spec/key_types.h"
#include "spec/names.h"
#include "spec/schema.h"

namespace snug::spec {
namespace {

Status read_tier(ProfileDraft& draft, const TomlValue& value) {
  return assign(draft, value, draft.profile().seccomp, read_name<Tier>(value));
}

constexpr TomlKey<ProfileDraft> kFilterKeys[] = {
    {"base", read_tier},
    {"allow", read_texts<check_syscall_name, &Profile::seccomp_allow>},
    {"deny", read_texts<check_syscall_name, &Profile::seccomp_deny>},
    {"abi", read_texts<check_abi_name, &Profile::seccomp_abi>},
};

// A word, or a table of one and what it is changed by.
Status read_filter(ProfileDraft& draft, const TomlValue& value) {
  return value.kind == TomlKind::Table ? read_toml_table(value, kFilterKeys, draft) : read_tier(draft, value);
}

struct FilterList {
  std::string_view name;
  std::vector<Setting<std::string>> Spec::*list;
};
constexpr FilterList kFilterLists[] = {
    {"allow", &Spec::seccomp_allow}, {"deny", &Spec::seccomp_deny}, {"abi", &Spec::seccomp_abi}};

Json show_filter(const Spec& spec) {
  Json::Object table{{"base", std::string{enum_name(spec.seccomp.value)}}};
  for (const FilterList& part : kFilterLists)
    if (!(spec.*part.list).empty())
      table.emplace_back(part.name, texts_json(spec.*part.list));
  return table.size() == 1 ? table.front().second : Json{std::move(table)};
}

std::string origin_of_filter(const Spec& spec) {
  std::vector<std::string> origins{spec.seccomp.origin.text};
  for (const FilterList& part : kFilterLists)
    if (!(spec.*part.list).empty())
      origins.push_back(origins_text(spec.*part.list));
  return join(origins, ", ");
}

constexpr Key kSecurityKeys[] = {
    {.name = "seccomp",
     .value = {.member = member_of(&Profile::seccomp, &Spec::seccomp),
               .read = read_filter,
               .put = put_value<OneOf<Tier>, &Profile::seccomp>,
               .show = show_filter,
               .plain = show_filter,
               .origin = origin_of_filter},
     .flag = {.name = "seccomp",
              .argument = "strict|default|dev|off",
              .says = "which system calls are allowed",
              .detail = "dev also allows debuggers."}},
    {.stored = "seccomp_allow", .value = kept<&Profile::seccomp_allow, &Spec::seccomp_allow>()},
    {.stored = "seccomp_deny", .value = kept<&Profile::seccomp_deny, &Spec::seccomp_deny>()},
    {.stored = "seccomp_abi", .value = kept<&Profile::seccomp_abi, &Spec::seccomp_abi>()},
    {.name = "caps",
     .stored = "cap_add",
     .value = listed<check_capability_name, &Profile::cap_add, &Spec::cap_add>(),
     .flag = {.name = "cap-add", .argument = "CAP", .says = "keep a capability, or ALL, inside the sandbox"}},
    // An option only.
    {.stored = "cap_drop",
     .value = listed<check_capability_name, &Profile::cap_drop, &Spec::cap_drop>(),
     .flag = {.name = "cap-drop", .argument = "CAP", .says = "drop a capability, or ALL"}},
    {.name = "nested-userns",
     .stored = "nested_userns",
     .value = held<Switch, &Profile::nested_userns, &Spec::nested_userns>()},
    {.name = "proc", .value = held<OneOf<ProcView>, &Profile::proc, &Spec::proc>()},
    {.name = "landlock", .value = held<Switch, &Profile::landlock, &Spec::landlock>()},
    {.name = "require",
     .value = held<OneOf<Isolation>, &Profile::require, &Spec::require>(),
     .flag = {.name = "require",
              .argument = "full|no-proc",
              .says = "the least isolation that a run may have",
              .detail = "no-proc: where the kernel gives no /proc or /sys of the sandbox's own, as in most "
                        "containers, the outer ones are shown, read-only: the processes out there and their "
                        "command lines are then seen."}},
};

}  // namespace

std::span<const Key> security_keys() {
  return kSecurityKeys;
}

}  // namespace snug::spec
