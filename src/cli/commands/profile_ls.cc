#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "base/try.h"
#include "cli/grammar/definition.h"
#include "cli/input/profile_files.h"
#include "cli/show/report.h"
#include "cli/show/table.h"
#include "spec/shipped.h"

namespace snug::cli {
namespace {

struct Listed {
  std::string name;
  spec::ProfileKind kind;
  std::string path;
  std::string description;
};

// A user's profile hides a shipped one of the same name. A profile that cannot be read is listed with the
// reason in place of its description: `ls` is how people look for what is wrong.
Result<std::vector<Listed>> list_profiles(const spec::ProfilePlaces& places,
                                          const spec::ProfileSource& source) {
  std::vector<Listed> list;
  const auto names = TRY(source.user_names());
  for (const std::string& name : names) {
    const auto loaded = spec::load_profile(name, places, source);
    if (loaded)
      list.push_back({name, loaded->layer.kind, loaded->layer.path, loaded->layer.description});
    else
      list.push_back({name, spec::ProfileKind::User, places.user_directory + "/" + name + ".toml",
                      fmt::format("broken: {}", describe(loaded.error()))});
  }
  for (const spec::ShippedProfile& shipped : spec::shipped_profiles())
    if (std::ranges::find(list, shipped.name, &Listed::name) == list.end())
      if (const auto loaded = spec::load_profile(shipped.name, places, source))
        list.push_back(
            {std::string{shipped.name}, spec::ProfileKind::Shipped, "", loaded->layer.description});
  std::ranges::sort(list, {}, &Listed::name);
  return list;
}

std::string names_text(const std::vector<Listed>& list) {
  std::string text;
  for (const Listed& one : list) text += escape_control(one.name) + "\n";
  return text;
}

std::string list_json(const std::vector<Listed>& list) {
  Json::Array array;
  for (const Listed& one : list)
    array.push_back(Json::Object{{"name", one.name},
                                 {"kind", kind_name(one.kind)},
                                 {"description", one.description},
                                 {"path", one.path.empty() ? Json{} : Json{one.path}}});
  return pretty_json(array);
}

std::string list_text(const std::vector<Listed>& list, Colour colour) {
  Table table{.header = {"NAME", "KIND", "PATH", "DESCRIPTION"}};
  for (const Listed& one : list)
    table.rows.push_back({one.name, kind_name(one.kind), one.path.empty() ? "-" : one.path, one.description});
  return table_text(table, terminal_width(STDOUT_FILENO), colour);
}

Result<int> list_profiles_command(const Invocation& invocation) {
  const auto host = TRY(host::RealHost::look());
  const auto list = TRY(list_profiles(profile_places(host), FileProfileSource{host}));
  std::string text;
  if (invocation.common.json.value_or(false))
    text = list_json(list);
  else if (invocation.common.quiet.value_or(false))
    text = names_text(list);
  else
    text = list_text(list, colour_for(STDOUT_FILENO, invocation.common.color));
  return print_answer(text).map([] { return 0; });
}

}  // namespace

extern constexpr CommandDef kProfileLsCommand{
    .name = "profile ls",
    .run = list_profiles_command,
};

}  // namespace snug::cli
