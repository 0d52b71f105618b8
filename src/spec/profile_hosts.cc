// network.allow, whose rules may be tables, and [sets].
#include "spec/host_rule.h"
#include "spec/profile_reader.h"

namespace snug {
namespace {

// { host = "db.example.org:5432", private = true, tls = "off" }, which is the text
// "db.example.org:5432,private, tls=off".
struct RuleDraft {
  std::string host{};
  std::string options{};
};

Status read_host(RuleDraft& draft, const TomlValue& value) {
  const auto text = value.as_string("a host");
  if (!text)
    return tl::unexpected{text.error()};
  draft.host = *text;
  return {};
}

Status read_private(RuleDraft& draft, const TomlValue& value) {
  const auto on = value.as_boolean();
  if (!on)
    return tl::unexpected{on.error()};
  if (*on)
    draft.options += ",private";
  return {};
}

Status read_tls(RuleDraft& draft, const TomlValue& value) {
  constexpr Choice<std::string_view> kWays[] = {{"require", ",tls=require"}, {"off", ",tls=off"}};
  const auto way = parse_choice(value, kWays);
  if (!way)
    return tl::unexpected{way.error()};
  draft.options += *way;
  return {};
}

constexpr TomlKey<RuleDraft> kRule[] = {{"host", read_host}, {"private", read_private}, {"tls", read_tls}};

Result<std::string> read_rule(const TomlValue& value) {
  if (value.kind != TomlKind::Table) {
    const auto text = value.as_string("a rule, or a table with host");
    return text ? Result<std::string>{std::string{*text}} : tl::unexpected{text.error()};
  }
  RuleDraft draft;
  if (Status status = read_toml_table(value, kRule, draft); !status)
    return tl::unexpected{std::move(status).error()};
  if (draft.host.empty())
    return value.error("expected a rule, found a table without host");
  return draft.host + draft.options;
}

}  // namespace

Status read_allow(Draft& draft, const TomlValue& value) {
  if (auto status = value.expect(TomlKind::Array, "an array of rules"); !status)
    return status;
  for (const TomlValue& item : value.items) {
    auto rule = read_rule(item);
    if (!rule)
      return tl::unexpected{std::move(rule).error()};
    if (Status status = check_allow_rule(*rule, item.where()); !status)
      return status;
    draft.profile().allow.push_back({*std::move(rule), origin_of(draft, item)});
  }
  return {};
}

Status read_sets(Draft& draft, const TomlValue& value) {
  if (auto status = value.expect(TomlKind::Table, "a table of sets, each with an array of rules"); !status)
    return status;
  for (const TomlValue& rules : value.items) {
    if (Status status = check_allow_rule("@" + rules.key, rules.where()); !status)
      return status;
    if (auto status = rules.expect(TomlKind::Array, "an array of rules"); !status)
      return status;
    HostSet set{.name = rules.key, .origin = origin_of(draft, rules)};
    for (const TomlValue& item : rules.items) {
      auto rule = read_rule(item);
      if (!rule)
        return tl::unexpected{std::move(rule).error()};
      if (rule->starts_with('@'))
        return item.error("a set holds hosts, and no other set");
      if (Status status = check_allow_rule(*rule, item.where()); !status)
        return status;
      set.rules.push_back(*std::move(rule));
    }
    draft.profile().sets.push_back(std::move(set));
  }
  return {};
}

}  // namespace snug
