// [env].
#include "base/try.h"
#include "spec/env_file.h"
#include "spec/key_types.h"
#include "spec/schema.h"
#include "spec/target.h"

namespace snug::spec {
namespace {

Status check_env_name(std::string_view name, std::string_view where) {
  if (const auto problem = env_name_problem(name))
    return fail(
        {.step = fmt::format("{}: the variable name \"{}\" {}", where, escape_control(name), *problem)});
  return {};
}

Status read_variables(ProfileDraft& draft, const TomlValue& value) {
  TRY(value.expect(TomlKind::Table, "a table such as { CC = \"clang\" }"));
  for (const TomlValue& item : value.items) {
    TRY(check_env_name(item.key, item.where()));
    const auto text = TRY(item.as_string());
    draft.profile().env_set.push_back(
        {.name = item.key, .value = std::string{text}, .origin = origin_of(draft, item)});
  }
  return {};
}

Json show_variables(const Spec& spec) {
  Json::Object set;
  for (const EnvVariable& variable : spec.env_set) {
    // Later wins, and a table has each key once.
    std::erase_if(set, [&](const auto& member) { return member.first == variable.name; });
    set.emplace_back(variable.name, variable.value);
  }
  return set;
}

Status check_variables(const Spec& spec, std::string_view) {
  for (const EnvVariable& variable : spec.env_set)
    if (Status status = check_env_name(variable.name, "env"); !status)
      return with_origin(std::move(status), variable.origin);
  return {};
}

Status put_env_files(const TypedFlag& typed, Profile& layer) {
  for (const std::string& file : typed.texts) {
    const auto text = typed.caller.read_file(host_path(typed.caller.cwd, file));
    auto variables =
        text ? parse_env_file(*text, file, typed.caller.environment) : tl::unexpected{text.error()};
    if (!variables) {
      variables.error().origin = typed.name;
      return tl::unexpected{std::move(variables).error()};
    }
    for (EnvVariable& variable : *variables) layer.env_set.push_back(std::move(variable));
  }
  return {};
}

Status put_variables(const TypedFlag& typed, Profile& layer) {
  for (const std::string& text : typed.texts) {
    auto variable = TRY(parse_env(text, typed.name, typed.caller.environment));
    if (variable)
      layer.env_set.push_back(std::move(*variable));
  }
  return {};
}

// Files first: what is typed by itself wins.
constexpr Flag kEnvFlags[] = {
    {.name = "env-file",
     .argument = "FILE",
     .says = "set the variables of a file, one NAME=VALUE or NAME a line",
     .detail = "Variables given by --env win over those of files.",
     .put = put_env_files},
    {.name = "env",
     .letter = 'e',
     .argument = "NAME[=VALUE]",
     .says = "set a variable, or take it from your environment",
     .detail = "Nothing else of your environment reaches the command, except what a profile passes.",
     .put = put_variables},
};

constexpr Key kEnvKeys[] = {
    {.name = "pass",
     .stored = "env_pass",
     .value = listed<check_env_name, &Profile::env_pass, &Spec::env_pass>()},
    {.name = "set",
     .stored = "env_set",
     .value = {.member = member_of(&Profile::env_set, &Spec::env_set),
               .read = read_variables,
               .show = show_variables,
               .plain = show_variables,
               .check = check_variables},
     .flags = kEnvFlags},
};

}  // namespace

std::span<const Key> env_keys() {
  return kEnvKeys;
}

}  // namespace snug::spec
